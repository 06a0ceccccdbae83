import { callsToJson, isPlainNumber } from "./json-encode.ts";
import { isSchema, type Schema } from "./schema.ts";
import { isPromise } from "./validation.ts";

/** The properties of the valibot schemas understood here; a schema with any other property may do more. */
const PARTS: ReadonlySet<string> = new Set(
  [
    ["kind", "type", "reference", "expects", "async", "message", "~standard", "~run", "pipe"],
    ["entries", "item", "key", "value", "wrapped", "default", "options", "literal", "enum"],
  ].flat(),
);
/** Schemas that return their input, a primitive, unchanged. */
const SCALARS: ReadonlySet<unknown> = new Set([
  "string",
  "number",
  "boolean",
  "null",
  "literal",
  "picklist",
  "enum",
]);
/** Transformations that only affect types. */
const TYPE_ONLY: ReadonlySet<unknown> = new Set(["brand", "flavor", "readonly"]);
/** Checks without a requirement. */
const BARE: ReadonlySet<unknown> = new Set(["empty", "non_empty"]);
/** The requirement functions known to be pure. */
const PURE: ReadonlySet<unknown> = new Set([Number.isInteger, Number.isSafeInteger, Number.isFinite]);
/** Deeper schemas and values are not examined; every engine can parse a value of this depth. */
const DEEPEST = 64;

const judged = new WeakMap<Schema, boolean>();
/**
 * The parts known to only check, each with the greatest depth at which it was examined: many share theirs.
 */
const examined = new WeakMap<object, number>();
const filling = new WeakMap<Schema, boolean>();

type Parts = { readonly [name: string]: unknown };

/**
 * Whether a schema, given its own output after a round trip through `JSON.stringify`, is known to return the
 * same output. This is known if the value is plain JSON, which loses nothing as text, and the schema is a
 * valibot one that only checks: scalars, and objects, arrays and records of these, optional or not, with
 * valibot's own checks. Nothing is known of a schema that transforms, has a fallback, computes a default for
 * `null` or might replace its own `null`, or calls user code.
 */
export function isIdempotentFor(schema: Schema, output: unknown): boolean {
  return onlyChecks(schema) && !callsToJson() && isPlain(output, 0);
}

/** Whether a schema is known to be a valibot one that only checks, and so is deterministic; cached. */
export function onlyChecks(schema: Schema): boolean {
  const known = judged.get(schema);
  if (known !== undefined) return known;
  const checks = schema["~standard"].vendor === "valibot" && isChecker(schema, 0) && validatesItself(schema);
  judged.set(schema, checks);
  return checks;
}

/**
 * Whether a schema's `validate` runs this very schema. That of a copy, such as `{ ...schema, entries }`, runs the
 * original, whose parts cannot be seen. It calls the schema's `~run`, in whose place nothing is run here.
 */
function validatesItself(schema: Schema): boolean {
  const run = Object.getOwnPropertyDescriptor(schema, "~run");
  if (run?.writable !== true) return false;
  let isRun = false;
  const value = (): object => {
    isRun = true;
    return { typed: true, value: undefined };
  };
  try {
    Object.defineProperty(schema, "~run", { ...run, value });
    unlessRejected(schema["~standard"].validate(undefined));
  } catch {
    return false;
  } finally {
    Object.defineProperty(schema, "~run", run);
  }
  return isRun;
}

/** What has replaced a `validate` may be asynchronous, and nobody waits for its answer here. */
function unlessRejected(answer: unknown): void {
  if (isPromise(answer)) answer.then(undefined, () => undefined);
}

/**
 * Whether a schema that only checks may put values into its output that its input does not have: defaults.
 */
export function fillsIn(schema: Schema): boolean {
  const known = filling.get(schema) ?? hasDefault(schema);
  filling.set(schema, known);
  return known;
}

function hasDefault(schema: Schema): boolean {
  const { default: filler, wrapped, item, value, entries }: Parts = { ...schema };
  if (filler !== undefined) return true;
  const parts = [wrapped, item, value, ...Object.values(Object(entries))];
  return parts.some((part) => isSchema(part) && fillsIn(part));
}

function isChecker(part: unknown, depth: number): boolean {
  if (!isSchema(part) || depth > DEEPEST) return false;
  if (depth <= (examined.get(part) ?? -1)) return true;
  const checks = isCheckerItself(part, depth);
  if (checks) examined.set(part, depth);
  return checks;
}

function isCheckerItself(part: Schema, depth: number): boolean {
  if (!Object.keys(part).every((name) => PARTS.has(name))) return false;
  const schema: Parts = { ...part };
  if (schema.kind !== "schema" || schema.async !== false) return false;
  if (schema.pipe === undefined) return isCheckerOfType(schema, depth + 1);
  if (!Array.isArray(schema.pipe)) return false;
  // A pipe has the properties of its first step, which may be a pipe itself.
  const [first, ...steps] = schema.pipe;
  return isChecker(first, depth + 1) && steps.every((step) => isCheckingStep(step, depth + 1));
}

function isCheckerOfType({ type, ...schema }: Parts, depth: number): boolean {
  switch (type) {
    case "object":
    case "strict_object":
      return areCheckers(schema.entries, depth);
    case "array":
      return isChecker(schema.item, depth);
    case "record":
      return isScalarSchema(schema.key, depth) && isChecker(schema.value, depth);
    case "optional":
    case "exact_optional":
      return isChecker(schema.wrapped, depth);
    case "nullable":
    case "nullish":
      return isChecker(schema.wrapped, depth) && isStableDefault(schema);
    case "union":
      return Array.isArray(schema.options) && schema.options.every((option) => isScalarSchema(option, depth));
    default:
      return SCALARS.has(type);
  }
}

/** Whether a default for `null` leaves an output alone: it may be computed, or replace a `null` from within. */
function isStableDefault({ default: filler, wrapped }: Parts): boolean {
  return filler === undefined || (typeof filler !== "function" && !fillsInNull(wrapped));
}

function fillsInNull(part: unknown): boolean {
  const { default: filler, wrapped }: Parts = { ...Object(part) };
  return filler === null || (wrapped !== undefined && fillsInNull(wrapped));
}

/**
 * Whether a schema only checks, and takes nothing but scalars. Only of these may a union be: once the unknown
 * properties of an object are gone, it might choose another option.
 */
export function isScalarSchema(part: unknown, depth = 0): boolean {
  return isChecker(part, depth) && SCALARS.has(Reflect.get(Object(part), "type"));
}

/** A key that every object inherits would be found in the output even if it was not in the input. */
function areCheckers(entries: unknown, depth: number): boolean {
  if (typeof entries !== "object" || entries === null) return false;
  // valibot's objects have the entries that these inherit, too.
  for (const key in entries) if (!Object.hasOwn(entries, key)) return false;
  return Object.entries(entries).every(
    ([key, entry]) => !(key in Object.prototype) && isChecker(entry, depth),
  );
}

function isCheckingStep(step: unknown, depth: number): boolean {
  const { kind, type, requirement }: Parts = { ...Object(step) };
  // After another schema, one of objects or with a default may give what the first would not take.
  if (kind === "schema") return isScalarSchema(step, depth);
  if (kind === "transformation") return TYPE_ONLY.has(type);
  if (kind === "validation") return BARE.has(type) || isPure(requirement);
  return kind === "metadata";
}

/** A global or sticky regular expression keeps state between calls. */
function isPure(requirement: unknown): boolean {
  if (requirement instanceof RegExp) return !requirement.global && !requirement.sticky;
  return typeof requirement === "function" ? PURE.has(requirement) : requirement !== undefined;
}

/** The schema made the objects and arrays of its output, so they only have data properties. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return isPlainScalar(value);
  return depth < DEEPEST && isPlainJsonObject(value, depth + 1);
}

/** Whether a value is a scalar of JSON. */
export function isPlainScalar(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "boolean" || isPlainNumber(value);
}

function isPlainJsonObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) return arePlain(value, depth);
  return Object.getPrototypeOf(value) === Object.prototype && hasPlainProperties(value, depth);
}

function arePlain(elements: readonly unknown[], depth: number): boolean {
  for (let i = 0; i < elements.length; i++) if (!isPlain(elements[i], depth)) return false;
  return true;
}

/** A single key that begins with a dollar sign might be taken for a tag. */
function hasPlainProperties(value: object, depth: number): boolean {
  const properties: Parts = value as Parts;
  let [count, last] = [0, ""];
  for (const name in properties) {
    if (!isPlain(properties[name], depth)) return false;
    count += 1;
    last = name;
  }
  return count !== 1 || !last.startsWith("$");
}
