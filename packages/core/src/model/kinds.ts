/*
 * The kinds of object that a record may hold. An object is judged by its tag, by its built-in
 * internals and by the length of its prototype chain, never by `instanceof`, so that values of
 * another realm (a VM context, a test runner's sandbox) count and instances of subclasses do not.
 */

const tagOf = Object.prototype.toString;

/** Whether an object is a bag of properties: made by `{}`, by `JSON.parse`, or without a prototype. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return true;
  return tagOf.call(value) === "[object Object]" && chainLength(value) <= 1;
}

/** Whether an object is an array, and not of a subclass. */
export function isPlainArray(value: object): value is unknown[] {
  return (
    Array.isArray(value) && (Object.getPrototypeOf(value) === Array.prototype || chainLength(value) === 2)
  );
}

/**
 * Whether an object is a `Date`, and not of a subclass; but for the one that stands in the place of `Date` itself, as test
 * runners put one there to set the clock.
 */
export function isDate(value: object): value is Date {
  const isOfClass = chainLength(value) === 2 || Object.getPrototypeOf(value) === Date.prototype;
  return isOfClass && hasInternals(value, "[object Date]", Date.prototype.getTime);
}

/** Whether an object is a `Map`, and not of a subclass. */
export function isMap(value: object): value is Map<unknown, unknown> {
  return chainLength(value) === 2 && hasInternals(value, "[object Map]", Map.prototype.keys);
}

/** Whether an object is a `Set`, and not of a subclass. */
export function isSet(value: object): value is Set<unknown> {
  return chainLength(value) === 2 && hasInternals(value, "[object Set]", Set.prototype.keys);
}

/** A tag can be forged and a prototype borrowed; only the built-in's own method knows its internals. */
function hasInternals(value: object, tag: string, method: (this: never) => unknown): boolean {
  if (tagOf.call(value) !== tag) return false;
  try {
    Reflect.apply(method, value, []);
    return true;
  } catch {
    return false;
  }
}

/** How many prototypes an object has; more than two are counted as three. */
function chainLength(value: object): number {
  let length = 0;
  let prototype: unknown = Object.getPrototypeOf(value);
  while (typeof prototype === "object" && prototype !== null && length < 3) {
    length++;
    prototype = Object.getPrototypeOf(prototype);
  }
  return length;
}
