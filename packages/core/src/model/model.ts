import { BabaError, type BabaErrorCode } from "../errors.ts";
import { compiled, UNSURE } from "./compile.ts";
import { deepEqual } from "./equality.ts";
import { isIdempotentFor } from "./idempotence.ts";
import { parse, plainText, write } from "./json.ts";
import { callsToJson } from "./json-encode.ts";
import { isPlainObject } from "./kinds.ts";
import { formatPath } from "./path.ts";
import type { OutputOf, Schema } from "./schema.ts";
import { check, isPromise, type Outcome } from "./validation.ts";

/** Keeps a byte order mark, so that JSON parsing fails: different files should not read the same. */
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Validates a value and returns the schema's output; a promise only if the schema returns one.
 *
 * @throws `BABA_VALIDATION`, listing each issue with its path; the schema's issues are its `cause`
 */
export function validated<S extends Schema>(schema: S, value: unknown): OutputOf<S> | Promise<OutputOf<S>> {
  const outcome = check(schema, value);
  return isPromise(outcome) ? outcome.then(outputOf<OutputOf<S>>) : outputOf(outcome);
}

/**
 * A schema's output as JSON text, proved loadable: parsed and validated again, it gives an equal value. A
 * promise only if the schema returns one. The text is only parsed back if the result is not known already:
 * for plain JSON it equals the copy made for encoding, which shares nothing with `output`.
 *
 * @throws `BABA_UNSERIALIZABLE` if no file can hold it, `BABA_NOT_LOADABLE` if the schema would not read back
 * its own output
 */
export function loadableText<S extends Schema>(schema: S, output: OutputOf<S>): string | Promise<string> {
  const { text, parsed = parseBack(text) } = write(output);
  const confirmed = (outcome: Outcome<unknown>): string => {
    proveEqual(outcome, output);
    return text;
  };
  const outcome = check(schema, parsed);
  return isPromise(outcome) ? outcome.then(confirmed) : confirmed(outcome);
}

/**
 * The schema's output for a value, if both the output and that its text of {@link plainText} is loadable are
 * known without running the schema; otherwise `UNSURE`.
 */
export function plainOutput(schema: Schema, value: unknown): unknown {
  return callsToJson() ? UNSURE : (compiled(schema)?.copy(value) ?? UNSURE);
}

/** Schemas of which one output was proved loadable. */
const proved = new WeakSet<Schema>();

/**
 * {@link loadableText} for an unchanged output that this schema has just returned. A schema known to be
 * idempotent is only run again for its first record, as its `validate` may have been replaced.
 */
export function textOfOutput<S extends Schema>(schema: S, output: OutputOf<S>): string | Promise<string> {
  if (proved.has(schema) && isIdempotentFor(schema, output)) return plainText(output);
  const text = loadableText(schema, output);
  if (typeof text === "string") proved.add(schema);
  return text;
}

/**
 * The record in a stored value, validated by its schema. A promise only if the schema returns one: awaiting
 * costs as much as parsing a small record.
 *
 * @throws `BABA_SCHEMA_MISMATCH`, listing each issue with its path
 */
export function fromStored<S extends Schema>(schema: S, stored: unknown): OutputOf<S> | Promise<OutputOf<S>> {
  if (compiled(schema)?.accepts(stored) === true) return stored as OutputOf<S>;
  const outcome = check(schema, stored);
  return isPromise(outcome) ? outcome.then(recordOf<OutputOf<S>>) : recordOf(outcome);
}

/**
 * Decodes the value in a file's bytes, without validating it.
 *
 * @throws `BABA_UTF8`, `BABA_JSON`
 */
export function parseBytes(bytes: Uint8Array): unknown {
  return parse(textOf(bytes));
}

/**
 * Decodes a record's bytes as text.
 *
 * @throws `BABA_UTF8`
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw new BabaError(
      "BABA_UTF8",
      "The stored bytes are not UTF-8 text: the file is damaged, or not a record. Restore it from a copy, or write the record again.",
      { cause },
    );
  }
}

function outputOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) {
    mustNotBePromise(outcome.value, "BABA_UNSERIALIZABLE");
    return outcome.value;
  }
  throw new BabaError("BABA_VALIDATION", `The record does not fit its schema: ${outcome.reason}`, {
    cause: outcome.cause,
  });
}

/** JavaScript would take a record with a method `then` for a promise, and wait for it. */
function mustNotBePromise(value: unknown, code: BabaErrorCode): void {
  if (!mayBePromise(value, code)) return;
  throw new BabaError(
    code,
    "The record has a method `then`, so it would be taken for a promise: leave it out, or let the schema turn it into plain data.",
  );
}

/** A getter or a proxy may throw. */
function mayBePromise(value: unknown, code: BabaErrorCode): boolean {
  try {
    return isPromise(value);
  } catch (cause) {
    throw new BabaError(
      code,
      "The record cannot be read: it throws when it is asked for `then` (see the cause).",
      {
        cause,
      },
    );
  }
}

function recordOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) {
    mustNotBePromise(outcome.value, "BABA_SCHEMA_MISMATCH");
    return outcome.value;
  }
  throw new BabaError(
    "BABA_SCHEMA_MISMATCH",
    `The stored record does not fit the schema it is read with: ${outcome.reason}. Read it with the schema it was written with, or widen this one.`,
    { cause: outcome.cause },
  );
}

function parseBack(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw notLoadable("its text cannot be parsed", cause);
  }
}

function proveEqual(outcome: Outcome<unknown>, output: unknown): void {
  if (!outcome.ok) throw notLoadable(`the schema refuses its own output: ${outcome.reason}`, outcome.cause);
  try {
    if (deepEqual(outcome.value, output)) return;
  } catch (cause) {
    throw notLoadable("it nests too deeply to be compared", cause);
  }
  throw notLoadable(
    `the schema turns its own output into another value${differingKey(outcome.value, output)}`,
  );
}

/** The first property that differs, if both are objects. */
function differingKey(a: unknown, b: unknown): string {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return "";
  if (!isPlainObject(a) || !isPlainObject(b)) return "";
  const differs = (name: string) =>
    Object.hasOwn(a, name) !== Object.hasOwn(b, name) || !deepEqual(a[name], b[name]);
  const key = [...Object.keys(b), ...Object.keys(a)].find(differs);
  return key === undefined ? "" : `, at ${formatPath("", [key])}`;
}

function notLoadable(why: string, cause?: unknown): BabaError {
  return new BabaError(
    "BABA_NOT_LOADABLE",
    `The record would not come back from its file as it went in: ${why}. What a schema outputs is what is stored, without properties that are undefined, and is validated again when it is read; ` +
      "so make optional what may be undefined, and, as a one-way transform cannot be stored, store the output as it is, and transform after reading.",
    { cause },
  );
}
