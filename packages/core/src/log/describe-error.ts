import { BabaError, type BabaErrorCode } from "../errors.ts";
import { printable } from "../printable.ts";

/** Errors whose sentences may show what a record holds. */
const SHOWING_VALUES: ReadonlySet<BabaErrorCode> = new Set([
  "BABA_VALIDATION",
  "BABA_SCHEMA_MISMATCH",
  "BABA_NOT_LOADABLE",
  // The path to what cannot be stored has names of properties, which may be a map's data.
  "BABA_UNSERIALIZABLE",
]);

/** Whole sentences, whose names were cut already. */
const LONGEST_MESSAGE = 2000;

/** An error as a log line may show it: its code and its record's name, and its sentence where that holds no value. */
export function describeError(error: unknown): string {
  if (!(error instanceof BabaError)) return error instanceof Error ? nameOf(error) : "an unknown error";
  if (!SHOWING_VALUES.has(error.code)) return `${error.code}: ${printableSentence(error.message)}`;
  return `${error.code}${error.record === undefined ? "" : `: ${printable(error.record)}`}`;
}

/** A whole sentence as a log line may show it: a name's length would cut off what it says to do. */
export function printableSentence(message: string): string {
  return printable(message, LONGEST_MESSAGE);
}

/** An error is made by anybody, and its name may be anything. */
function nameOf(error: Error): string {
  try {
    return printable(String(error.name));
  } catch {
    return "an error without a name";
  }
}
