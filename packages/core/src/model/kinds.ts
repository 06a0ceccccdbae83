/*
 * The kinds of object that a record may hold. They are recognised by tag, built-in internals and the length
 * of the prototype chain, never by `instanceof`: values from another realm (a VM context, a test runner's
 * sandbox) count, and instances of subclasses do not.
 */

const tagOf = Object.prototype.toString;

/** Whether an object is made by `{}` or `JSON.parse`, or has no prototype. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return true;
  return tagOf.call(value) === "[object Object]" && chainLength(value) <= 1;
}

/** Whether an object is an array and not an instance of a subclass. */
export function isPlainArray(value: object): value is unknown[] {
  return (
    Array.isArray(value) && (Object.getPrototypeOf(value) === Array.prototype || chainLength(value) === 2)
  );
}

/**
 * Whether an object is a `Date` and not an instance of a subclass, other than a class that replaces the
 * global `Date`, as test runners use to set the clock.
 */
export function isDate(value: object): value is Date {
  const isOfClass = chainLength(value) === 2 || Object.getPrototypeOf(value) === Date.prototype;
  return isOfClass && hasInternals(value, "[object Date]", Date.prototype.getTime);
}

/** Whether an object is a `Map` and not an instance of a subclass. */
export function isMap(value: object): value is Map<unknown, unknown> {
  return chainLength(value) === 2 && hasInternals(value, "[object Map]", Map.prototype.keys);
}

/** Whether an object is a `Set` and not an instance of a subclass. */
export function isSet(value: object): value is Set<unknown> {
  return chainLength(value) === 2 && hasInternals(value, "[object Set]", Set.prototype.keys);
}

/** A tag or prototype can be faked; only a built-in method can check the internal slots. */
function hasInternals(value: object, tag: string, method: (this: never) => unknown): boolean {
  if (tagOf.call(value) !== tag) return false;
  try {
    Reflect.apply(method, value, []);
    return true;
  } catch {
    return false;
  }
}

/** The length of an object's prototype chain, at most three. */
function chainLength(value: object): number {
  let length = 0;
  let prototype: unknown = Object.getPrototypeOf(value);
  while (typeof prototype === "object" && prototype !== null && length < 3) {
    length++;
    prototype = Object.getPrototypeOf(prototype);
  }
  return length;
}
