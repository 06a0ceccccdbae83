import { BabaError, type BabaErrorCode } from "../errors.ts";
import { printable } from "../printable.ts";

/** Errors whose sentences come from a schema and may show a record's values. */
const SHOWING_VALUES: ReadonlySet<BabaErrorCode> = new Set([
  "BABA_VALIDATION",
  "BABA_SCHEMA_MISMATCH",
  "BABA_NOT_LOADABLE",
]);

/** Whole sentences, whose names were cut already. */
const LONGEST_MESSAGE = 2000;

/** An error as a log line may show it: its code and its record's name, and its sentence where that holds no value. */
export function describeError(error: unknown): string {
  if (!(error instanceof BabaError))
    return error instanceof Error ? printable(error.name) : "an unknown error";
  if (!SHOWING_VALUES.has(error.code)) return `${error.code}: ${printable(error.message, LONGEST_MESSAGE)}`;
  return `${error.code}${error.record === undefined ? "" : `: ${printable(error.record)}`}`;
}
