import { BabaError, optionError } from "../errors.ts";
import { deepEqual } from "./equality.ts";
import { fillsIn, onlyChecks } from "./idempotence.ts";
import { isPlainObject } from "./kinds.ts";
import type { Schema } from "./schema.ts";
import { isPromise } from "./validation.ts";

/** Any character of a JSON string may be written with it. */
const ESCAPE = "\\";

/** Which records match: those with deeply equal properties, or those for which a function returns true. */
export type Where<T> = { readonly [K in keyof T]?: T[K] } | ((record: T) => boolean);

/**
 * Compiles a where to a predicate. An object matches a record that has all of its properties, each {@link
 * deepEqual}; so `{}` matches all. Setting its properties later has no effect; changing their values has.
 *
 * @throws `BABA_OPTION` if it is neither an object nor a function, or one of its properties is undefined or
 * throws; the result throws it if what is in a property throws, or a given function returns a promise
 */
export function compileWhere<T>(where: Where<T>): (record: T) => boolean {
  const given: unknown = where;
  if (isPredicate<T>(given)) return (record) => toBoolean(given(record));
  const wanted = readable(() => wantedOf(given));
  const fits = (record: T) => wanted.every(([key, value]) => hasEqual(record, key, value));
  return (record) => readable(() => fits(record));
}

/** Rules out stored records that cannot match, without running a schema that only checks. */
export type Exclusion = {
  /** By its JSON text, without parsing it. */
  readonly ofText: (text: string) => boolean;
  /** By the value in it. */
  readonly ofValue: (stored: unknown) => boolean;
};

/**
 * How this `where` rules out records of a schema that only checks; `undefined` if it cannot. Only scalars
 * can: such a schema passes them through unchanged, but it drops unknown properties of objects, and may fill
 * in defaults for missing or `null` ones.
 */
export function exclusionOf(where: unknown, schema: Schema): Exclusion | undefined {
  if (typeof where !== "object" || where === null || !onlyChecks(schema)) return undefined;
  const scalars = Object.entries(where).filter(([, value]) => isScalarValue(value));
  if (scalars.length === 0) return undefined;
  const strings = fillsIn(schema) ? [] : stringsIn(scalars);
  return {
    ofText: (text) => strings.some((string) => !text.includes(string)) && !text.includes(ESCAPE),
    ofValue: (stored) => scalars.some(([key, value]) => hasOther(stored, key, value)),
  };
}

/** The strings as JSON, which any text that holds them includes unless it has escapes. */
function stringsIn(scalars: readonly (readonly [string, unknown])[]): string[] {
  const strings = scalars.flatMap(([, value]) => (typeof value === "string" ? [JSON.stringify(value)] : []));
  return strings.filter((string) => !string.includes(ESCAPE));
}

function hasOther(stored: unknown, key: string, value: unknown): boolean {
  if (typeof stored !== "object" || stored === null || !Object.hasOwn(stored, key)) return false;
  const own: unknown = Reflect.get(stored, key);
  return isScalarValue(own) && own !== value && !deepEqual(own, value);
}

function isScalarValue(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isPredicate<T>(where: unknown): where is (record: T) => unknown {
  return typeof where === "function";
}

/** A promise is always truthy, so an async predicate would match every record. */
function toBoolean(answer: unknown): boolean {
  if (isPromise(answer)) {
    // Nobody else hears its rejection, which would end the process.
    Promise.resolve(answer).catch(() => undefined);
    throw optionError(
      "A where function must return its answer at once, but returned a promise: await before filtering.",
    );
  }
  return Boolean(answer);
}

/** Looks at an object whose getters may throw at any depth, and which may hold a revoked proxy. */
function readable<T>(look: () => T): T {
  try {
    return look();
  } catch (cause) {
    if (cause instanceof BabaError) throw cause;
    throw optionError("The where cannot be read: it, or one of its properties, throws (see the cause).", {
      cause,
    });
  }
}

function wantedOf(where: unknown): [string, unknown][] {
  if (typeof where !== "object" || where === null || !isPlainObject(where)) {
    throw optionError(
      "A where is an object of properties to match, or a function from a record to a boolean.",
    );
  }
  if (Object.getOwnPropertySymbols(where).length > 0)
    throw optionError("The keys of a where must be strings, not symbols.");
  const entries = Object.entries(where);
  const missing = entries.find(([, value]) => value === undefined);
  if (missing === undefined) return entries;
  throw optionError(
    `The where's ${JSON.stringify(missing[0])} is undefined, which no stored record can equal: leave the key out, or use a function to find records without it.`,
  );
}

function hasEqual(record: unknown, key: string, value: unknown): boolean {
  if (typeof record !== "object" || record === null) return false;
  const own = Object.getOwnPropertyDescriptor(record, key);
  return own?.enumerable === true && deepEqual(own.value, value);
}
