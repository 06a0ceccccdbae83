import { BabaError, type BabaErrorCode } from "../errors.ts";
import { printable } from "../printable.ts";

/** Errors whose messages may reveal a record's contents. */
const SHOWING_VALUES: ReadonlySet<BabaErrorCode> = new Set([
  "BABA_VALIDATION",
  "BABA_SCHEMA_MISMATCH",
  "BABA_NOT_LOADABLE",
  // The path to the offending value has property names, which may be data.
  "BABA_UNSERIALIZABLE",
]);

/** For whole messages, in which names were already cut. */
const LONGEST_MESSAGE = 2000;

/** An error for a log line: its code, and its message if that reveals no values or else the record's name. */
export function describeError(error: unknown): string {
  if (!(error instanceof BabaError)) return error instanceof Error ? nameOf(error) : "an unknown error";
  if (!SHOWING_VALUES.has(error.code)) return `${error.code}: ${printableSentence(error.message)}`;
  return `${error.code}${error.record === undefined ? "" : `: ${printable(error.record)}`}`;
}

/** A whole message for a log line: the limit for names would cut off its advice. */
export function printableSentence(message: string): string {
  return printable(message, LONGEST_MESSAGE);
}

/** The name of a foreign error may be anything. */
function nameOf(error: Error): string {
  try {
    return printable(String(error.name));
  } catch {
    return "an error without a name";
  }
}
