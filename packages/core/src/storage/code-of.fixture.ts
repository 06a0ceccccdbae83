import { BabaError } from "../errors.ts";

/** The code of the error that work fails with, and the record, or else what the message is of; another error as it is. */
export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing thrown",
    (error: unknown) =>
      error instanceof BabaError ? `${error.code} ${error.record ?? error.message.split(":")[0]}` : error,
  );
