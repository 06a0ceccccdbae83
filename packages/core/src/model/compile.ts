import { deepEqual } from "./equality.ts";
import { isPlainScalar, isScalarSchema, onlyChecks } from "./idempotence.ts";
import { isPlainNumber } from "./json-encode.ts";
import { isSchema, type Schema } from "./schema.ts";
import { check, isPromise } from "./validation.ts";

/** Stands for the output of a schema that has to be asked itself. */
export const UNSURE: unique symbol = Symbol("unsure");

/**
 * What a schema does with plain JSON that it accepts, as plain loops: valibot makes an object for each value
 * that it looks at. Wherever this is not sure, the schema has to be asked.
 */
export type Compiled = {
  /** The schema's output for any value, if `JSON.stringify` loses nothing of it; or {@link UNSURE}. */
  readonly copy: (value: unknown) => unknown;
  /**
   * Whether the schema's output for a value out of a JSON text surely equals the value, order of keys
   * included.
   */
  readonly accepts: (value: unknown) => boolean;
};

type Parts = { readonly [name: string]: unknown };
type Entry = Compiled & { readonly name: string; readonly isOptional: boolean };

/** The types of schema that are compiled, each with the property from which its maker makes another one. */
const MADE_FROM: ReadonlyMap<unknown, string> = new Map([
  ["string", "message"],
  ["number", "message"],
  ["boolean", "message"],
  ["array", "item"],
  ["object", "entries"],
  ["strict_object", "entries"],
  ["optional", "wrapped"],
  ["exact_optional", "wrapped"],
  ["nullable", "wrapped"],
  ["nullish", "wrapped"],
]);
/** The types of schema whose entry in an object need not be there. */
const OPTIONAL: ReadonlySet<unknown> = new Set(["optional", "exact_optional", "nullish"]);

type Known = WeakMap<Schema, Compiled | "none">;

const compilations: Known = new WeakMap();
/** Of the parts of schemas, each of which may occur in many places. */
const forms: Known = new WeakMap();

/**
 * The compiled form of valibot's objects and arrays of scalars, optional or not; `undefined` of other
 * schemas.
 */
export function compiled(schema: Schema): Compiled | undefined {
  return memoized(compilations, schema, compile);
}

function memoized(
  knownOnes: Known,
  schema: Schema,
  make: (schema: Schema) => Compiled | undefined,
): Compiled | undefined {
  let known = knownOnes.get(schema);
  if (known === undefined) {
    known = make(schema) ?? "none";
    knownOnes.set(schema, known);
  }
  return known === "none" ? undefined : known;
}

function compile(schema: Schema): Compiled | undefined {
  const form = onlyChecks(schema) && isGenuine(schema) ? formOf(schema) : undefined;
  if (form === undefined) return undefined;
  const { copy, accepts } = confirmed(schema, form);
  return {
    copy: (value) => unlessItThrows(() => copy(value), UNSURE),
    accepts: (value) => unlessItThrows(() => accepts(value), false),
  };
}

/** Trusts a form once the schema has given the same output as its first one. */
function confirmed(schema: Schema, form: Compiled): Compiled {
  let agrees: boolean | undefined;
  const isSure = (value: unknown, output: unknown): boolean => {
    agrees ??= isOutputOf(schema, value, output);
    return agrees;
  };
  const copy = (value: unknown): unknown => {
    const output = form.copy(value);
    return output !== UNSURE && isSure(value, output) ? output : UNSURE;
  };
  return { copy, accepts: (value) => form.accepts(value) && isSure(value, value) };
}

/** Whether the schema itself gives this output for the value. */
function isOutputOf(schema: Schema, value: unknown, output: unknown): boolean {
  const outcome = check(schema, value);
  return !isPromise(outcome) && outcome.ok && deepEqual(outcome.value, output);
}

/** What throws, such as a getter, will throw again when the schema is asked, whose error is then told. */
function unlessItThrows<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

function formOf(schema: unknown): Compiled | undefined {
  return isSchema(schema) ? memoized(forms, schema, makeForm) : undefined;
}

function makeForm(schema: Schema): Compiled | undefined {
  const parts: Parts = { ...schema };
  // Of a schema that only checks, a union is one of scalars.
  if (!isGenuine(schema))
    return isScalarSchema(schema) || parts.type === "union" ? bySchema(schema) : undefined;
  switch (parts.type) {
    case "string":
      return scalar(isString);
    case "number":
      return scalar(isPlainNumber);
    case "boolean":
      return scalar(isBoolean);
    case "array":
      return arrayOf(formOf(parts.item));
    case "object":
      return objectOf(entriesOf({ ...Object(parts.entries) }));
    case "strict_object":
      return strictObjectOf(entriesOf({ ...Object(parts.entries) }));
    default:
      return parts.default === undefined ? wrapperOf(parts.type, formOf(parts.wrapped)) : undefined;
  }
}

/** Whether a schema runs the code that its maker gives to all of its kind, and not what has replaced it. */
function isGenuine(schema: Schema): boolean {
  const { type, reference: make, ...parts }: Parts = { ...schema };
  const source = MADE_FROM.get(type);
  if (source === undefined || typeof make !== "function") return false;
  try {
    const twin: unknown = Reflect.apply(make, undefined, [parts[source]]);
    return isSchema(twin) && codeOf(twin) === codeOf(schema);
  } catch {
    return false;
  }
}

function codeOf(schema: Schema): string {
  return `${Reflect.get(schema, "~run")}\n${schema["~standard"].validate}`;
}

/**
 * A scalar that must meet further requirements: the schema itself is run, as the object that it is in would.
 */
function bySchema(schema: Schema): Compiled {
  return scalar((value) => isPlainScalar(value) && isPassed(run(schema, value), value));
}

function run(schema: Schema, value: unknown): unknown {
  return Reflect.apply(Reflect.get(schema, "~run"), schema, [{ value }, {}]);
}

/** What has replaced a run may change the value, or be asynchronous. */
function isPassed(dataset: unknown, value: unknown): boolean {
  const { issues, value: output }: Parts = Object(dataset);
  return issues === undefined && output === value;
}

function scalar(accepts: (value: unknown) => boolean): Compiled {
  return { accepts, copy: (value) => (accepts(value) ? value : UNSURE) };
}

function isString(value: unknown): boolean {
  return typeof value === "string";
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function wrapperOf(type: unknown, wrapped: Compiled | undefined): Compiled | undefined {
  if (wrapped === undefined || (type !== "nullable" && type !== "nullish")) return wrapped;
  return {
    accepts: (value) => value === null || wrapped.accepts(value),
    copy: (value) => (value === null ? null : wrapped.copy(value)),
  };
}

function arrayOf(item: Compiled | undefined): Compiled | undefined {
  if (item === undefined) return undefined;
  return {
    accepts: (value) => Array.isArray(value) && acceptsAll(item, value),
    copy: (value) => (Array.isArray(value) ? copyAll(item, value) : UNSURE),
  };
}

function acceptsAll(item: Compiled, values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (!item.accepts(values[i])) return false;
  return true;
}

function copyAll(item: Compiled, values: readonly unknown[]): unknown {
  const copies: unknown[] = [];
  for (let i = 0; i < values.length; i++) {
    const copy = item.copy(values[i]);
    if (copy === UNSURE) return UNSURE;
    copies.push(copy);
  }
  return copies;
}

function objectOf(entries: readonly Entry[] | undefined): Compiled | undefined {
  if (entries === undefined) return undefined;
  return {
    accepts: (value) => isParsedObject(value) && acceptsEntries(entries, value),
    copy: (value) => (isObject(value) ? copyEntries(entries, value) : UNSURE),
  };
}

/** An object that has nothing but its entries. */
function strictObjectOf(entries: readonly Entry[] | undefined): Compiled | undefined {
  const form = objectOf(entries);
  if (form === undefined) return undefined;
  const names = new Set(entries?.map(({ name }) => name));
  return { ...form, copy: (value) => (hasOthers(value, names) ? UNSURE : form.copy(value)) };
}

function hasOthers(value: unknown, names: ReadonlySet<string>): boolean {
  if (isObject(value)) for (const name in value) if (!names.has(name)) return true;
  return false;
}

/** A name with a dollar sign in front may be a tag's. */
function entriesOf(parts: Parts): readonly Entry[] | undefined {
  const entries: Entry[] = [];
  for (const [name, part] of Object.entries(parts)) {
    const form = formOf(part);
    if (form === undefined || name.startsWith("$")) return undefined;
    const { accepts, copy } = form;
    entries.push({ name, isOptional: OPTIONAL.has(Reflect.get(Object(part), "type")), accepts, copy });
  }
  return entries;
}

function isObject(value: unknown): value is Parts {
  return typeof value === "object" && value !== null;
}

/**
 * What `{}` of a JSON text is. An array or a date has no place here: a schema of objects makes `{}` of it.
 */
function isParsedObject(value: unknown): value is Parts {
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
}

/** A schema's output has the keys of its entries alone, and in their order. */
function acceptsEntries(entries: readonly Entry[], value: Parts): boolean {
  let next = 0;
  for (const name in value) {
    let entry = entries[next++];
    while (entry?.isOptional && entry.name !== name) entry = entries[next++];
    if (entry?.name !== name || !entry.accepts(value[name])) return false;
  }
  return areOptional(entries, next);
}

function areOptional(entries: readonly Entry[], from: number): boolean {
  for (let i = from; i < entries.length; i++) if (entries[i]?.isOptional === false) return false;
  return true;
}

/** Each property is read once, so that what was checked is what is stored, whatever getters do. */
function copyEntries(entries: readonly Entry[], value: Parts): unknown {
  const copies: Record<string, unknown> = {};
  for (let i = 0, entry = entries[i]; entry !== undefined; entry = entries[++i]) {
    if (entry.name in value) {
      const copy = entry.copy(value[entry.name]);
      if (copy === UNSURE) return UNSURE;
      copies[entry.name] = copy;
    } else if (!entry.isOptional) return UNSURE;
  }
  return copies;
}
