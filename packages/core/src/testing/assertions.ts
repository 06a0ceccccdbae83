/**
 * The few assertions of the exported suites: they throw a plain `Error`, so that any test runner can report
 * them.
 */

import { deepEqual } from "../model/index.ts";

/** Throws if the condition does not hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws if two values are not deeply equal. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  const isEqual = deepEqual(actual, expected);
  assert(isEqual, `${what}: expected ${shown(expected)}, found ${shown(actual)}`);
}

/** Throws if these are not exactly the expected bytes. */
export function assertBytes(actual: unknown, expected: Uint8Array, what: string): void {
  assert(actual instanceof Uint8Array, `${what}: expected bytes, found ${describe(actual)}`);
  assertEqual(actual.length, expected.length, `${what}: length in bytes`);
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i])
      throw new Error(`${what}: byte ${i} is ${actual[i]} and not ${expected[i]}`);
  }
}

/** Throws if the value is not an error with one of the codes. */
export function assertCode(error: unknown, codes: readonly string[], what: string): void {
  assert(error instanceof Error, `${what}: expected an Error, found ${describe(error)}`);
  const code = "code" in error ? error.code : undefined;
  assert(
    typeof code === "string" && codes.includes(code),
    `${what}: expected ${codes.join(" or ")}, found ${String(code)} (${error.message})`,
  );
}

/** Throws if the promise is not rejected with an error that has one of the codes. */
export async function assertRejects(
  promise: Promise<unknown>,
  codes: readonly string[],
  what: string,
): Promise<void> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  assert("error" in outcome, `${what}: expected ${codes.join(" or ")}, but nothing was thrown`);
  assertCode(outcome.error, codes, what);
}

function describe(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : typeof value;
}

/** As JSON, which would take `undefined` for `null`, or leave it out. */
function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (part === undefined ? "undefined" : part)) ?? "";
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
