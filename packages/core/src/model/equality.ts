import { isBytes } from "../bytes.ts";
import { isDate, isMap, isPlainArray, isPlainObject, isSet } from "./kinds.ts";
import { outlineOf } from "./outline.ts";

/** The pairs that are being compared, outermost first. */
type Trail = { readonly left: object[]; readonly right: object[] };

/**
 * Whether two values are equal as parts of a record.
 *
 * Primitives are compared by `Object.is` (`NaN` equals `NaN`, `0` differs from `-0`), `Date`s by time, bytes
 * by content, arrays in order, `Map`s and `Set`s in any order, plain objects by their own enumerable
 * properties, ignoring those whose value is `undefined`. Values of different kinds are never equal, and
 * objects of other kinds only equal themselves. Cyclic structures that unfold alike are equal.
 *
 * @example
 * ```ts
 * import { deepEqual } from "@baba/core";
 * const [a, b] = [new Set(["red", "blue"]), new Set(["blue", "red"])];
 * console.log(deepEqual({ id: 1, tags: a }, { tags: b, id: 1, team: undefined })); // true
 * ```
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, { left: [], right: [] });
}

function equal(a: unknown, b: unknown, trail: Trail): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  // A pair nested in itself is equal if everything else is.
  if (isOpen(a, b, trail)) return true;
  trail.left.push(a);
  trail.right.push(b);
  const answer = equalObjects(a, b, trail);
  trail.left.pop();
  trail.right.pop();
  return answer;
}

function isOpen(a: object, b: object, { left, right }: Trail): boolean {
  for (let i = left.indexOf(a); i >= 0; i = left.indexOf(a, i + 1)) if (right[i] === b) return true;
  return false;
}

function equalObjects(a: object, b: object, trail: Trail): boolean {
  if (isPlainObject(a)) return isPlainObject(b) && equalProperties(a, b, trail);
  if (isPlainArray(a)) return isPlainArray(b) && equalElements(a, b, trail);
  if (isDate(a)) return isDate(b) && Object.is(a.getTime(), b.getTime());
  if (isBytes(a)) return isBytes(b) && equalBytes(a, b);
  if (isMap(a)) return isMap(b) && equalMaps(a, b, trail);
  if (isSet(a)) return isSet(b) && equalSets(a, b, trail);
  return false;
}

function equalProperties(a: Record<string, unknown>, b: Record<string, unknown>, trail: Trail): boolean {
  const names = Object.keys(a);
  if (!haveSameElements(names, Object.keys(b))) return equalPresent(a, b, trail);
  for (const name of names) if (!equal(a[name], b[name], trail)) return false;
  return true;
}

function haveSameElements(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The same for properties in any order, ignoring undefined ones. */
function equalPresent(a: Record<string, unknown>, b: Record<string, unknown>, trail: Trail): boolean {
  let surplus = countPresent(b);
  for (const key of Object.keys(a)) {
    const value = a[key];
    if (value === undefined) continue;
    if (!Object.prototype.propertyIsEnumerable.call(b, key) || !equal(value, b[key], trail)) return false;
    surplus--;
  }
  return surplus === 0;
}

function countPresent(object: Record<string, unknown>): number {
  let count = 0;
  for (const key of Object.keys(object)) if (object[key] !== undefined) count++;
  return count;
}

function equalElements(a: readonly unknown[], b: readonly unknown[], trail: Trail): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i], trail)) return false;
  return true;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Looks up primitive keys, and matches the entries with other keys one to one. */
function equalMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>, trail: Trail): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    if (!isObject(key) && !(b.has(key) && equal(value, b.get(key), trail))) return false;
  }
  return matchAll(objectKeyed(a), objectKeyed(b), trail);
}

function equalSets(a: Set<unknown>, b: Set<unknown>, trail: Trail): boolean {
  if (a.size !== b.size) return false;
  for (const member of a) if (!isObject(member) && !b.has(member)) return false;
  return matchAll([...a].filter(isObject), [...b].filter(isObject), trail);
}

/**
 * Whether the values can be paired up. Equality is an equivalence relation, so the first equal partner is as
 * good as any. Most lists have the same order; from the first difference on, only values with one outline are compared.
 */
function matchAll(a: readonly unknown[], b: readonly unknown[], trail: Trail): boolean {
  if (a.length !== b.length) return false;
  let paired = 0;
  while (paired < a.length && equal(a[paired], b[paired], trail)) paired++;
  const partners = byOutline(b.slice(paired));
  return a.slice(paired).every((value) => {
    const candidates = partners.get(outlineOf(value)) ?? [];
    const partner = candidates.findLastIndex((candidate) => equal(value, candidate, trail));
    if (partner >= 0) candidates.splice(partner, 1);
    return partner >= 0;
  });
}

/** The last one first, as removing elements near the end of an array is cheap. */
function byOutline(values: readonly unknown[]): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const value of [...values].reverse()) {
    const outline = outlineOf(value);
    const group = groups.get(outline);
    if (group === undefined) groups.set(outline, [value]);
    else group.push(value);
  }
  return groups;
}

function objectKeyed(map: Map<unknown, unknown>): unknown[] {
  return [...map].filter(([key]) => isObject(key));
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
