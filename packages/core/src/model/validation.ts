import type { StandardSchemaV1 } from "@standard-schema/spec";
import { formatPath } from "./path.ts";
import type { OutputOf, Schema } from "./schema.ts";

const MOST_ISSUES = 8;
const LONGEST_MESSAGE = 200;

/** The result of a validation: the schema's output, or why there is none. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** The issues with their paths, in a few lines at most. */
      readonly reason: string;
      /** The schema's issues, or what it threw. */
      readonly cause: unknown;
    };

/**
 * Validates a value. A schema that throws, rejects or returns nonsense counts as failed. A promise is
 * returned only if the schema returns one, as a needless `await` costs a turn of the event loop per record.
 */
export function check<S extends Schema>(
  schema: S,
  value: unknown,
): Outcome<OutputOf<S>> | Promise<Outcome<OutputOf<S>>> {
  try {
    const answer: unknown = schema["~standard"].validate(value);
    return isPromise(answer) ? settle(answer) : toOutcome(answer);
  } catch (error) {
    return failed(error);
  }
}

/** Whether a value is thenable; a schema's promise may come from another realm. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

async function settle<T>(answer: Promise<unknown>): Promise<Outcome<T>> {
  try {
    return toOutcome(await answer);
  } catch (error) {
    return failed(error);
  }
}

function toOutcome<T>(answer: unknown): Outcome<T> {
  if (!isResult<T>(answer))
    return failed(new TypeError("The schema's answer does not follow Standard Schema."));
  if (!answer.issues) return { ok: true, value: answer.value };
  return { ok: false, reason: describeIssues(answer.issues), cause: answer.issues };
}

function isResult<T>(answer: unknown): answer is StandardSchemaV1.Result<T> {
  if (typeof answer !== "object" || answer === null) return false;
  return "issues" in answer && answer.issues ? Array.isArray(answer.issues) : "value" in answer;
}

function failed(error: unknown): Outcome<never> {
  return { ok: false, reason: "the schema itself failed (see the cause)", cause: error };
}

function describeIssues(issues: readonly StandardSchemaV1.Issue[]): string {
  const shown = issues.slice(0, MOST_ISSUES).map(describeIssue);
  if (issues.length > MOST_ISSUES) shown.push(`and ${issues.length - MOST_ISSUES} more`);
  return shown.join("; ") || "the schema does not say why";
}

/** Replaces control and direction characters: stored text could otherwise control the terminal. */
function describeIssue({ message, path }: StandardSchemaV1.Issue): string {
  const keys = (path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment));
  const text = String(message).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
  const cut = text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
  return keys.length === 0 ? cut : `${formatPath("", keys)}: ${cut}`;
}
