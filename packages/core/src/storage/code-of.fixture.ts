import { BabaError } from "../errors.ts";

/** The code and the record of the error that work fails with; another error as it is. */
export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing thrown",
    (error: unknown) => (error instanceof BabaError ? `${error.code} ${error.record}` : error),
  );
