import { BabaError, type BabaErrorCode } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { checkRecordName } from "../../storage/names.ts";

/** A record with a problem. */
export type RecordProblem = {
  readonly filename: string;
  readonly code: BabaErrorCode;
  readonly error: BabaError;
};

/** A record's entry in a report. */
export function problemOf(filename: string, error: BabaError): RecordProblem {
  return { filename, code: error.code, error };
}

/**
 * Why no call reaches a record of this name: another program may have made a file whose name no call accepts,
 * or none takes as it is. It cannot be sealed either, as a seal is bound to the name's one normal form.
 */
export function nameFault(name: string): BabaError | undefined {
  try {
    if (checkRecordName(name) === name) return undefined;
    return new BabaError("BABA_NAME", `${printable(name)} is not in Unicode NFC: rename the file first.`, {
      record: name,
    });
  } catch (error) {
    return error instanceof BabaError ? error : undefined;
  }
}
