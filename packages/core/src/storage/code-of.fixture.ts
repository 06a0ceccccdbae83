import { BabaError } from "../errors.ts";

/**
 * The code of the error that `work` fails with, and its record or else the subject of its message; any other
 * error itself.
 */
export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing thrown",
    (error: unknown) =>
      error instanceof BabaError ? `${error.code} ${error.record ?? error.message.split(":")[0]}` : error,
  );
