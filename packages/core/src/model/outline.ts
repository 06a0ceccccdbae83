import { isBytes } from "../bytes.ts";
import { isDate, isMap, isPlainArray, isPlainObject, isSet } from "./kinds.ts";

/** How deep an outline looks, how many parts of an object it takes in, and how much of a text's ends. */
const DEEPEST = 5;
const WIDEST = 6;
const END = 32;

/**
 * A text that is the same for all values that are equal by `deepEqual`, and mostly another for others: it tells of
 * what lies near the surface. So a partner is looked for among few values, not among all.
 */
export function outlineOf(value: unknown, depth: number = DEEPEST): string {
  if (typeof value !== "object" || value === null) return outlineOfPrimitive(value);
  if (depth === 0) return "object";
  const inner = (part: unknown) => outlineOf(part, depth - 1);
  if (isPlainObject(value)) return `{${propertiesOf(value).map(([name, part]) => `${name}:${inner(part)}`)}}`;
  if (isPlainArray(value)) return `[${value.length}:${endsOf(value).map(inner)}]`;
  if (isDate(value)) return `date ${value.getTime()}`;
  if (isBytes(value)) return `bytes ${value.length}:${value.subarray(0, END)}:${value.subarray(-END)}`;
  if (isMap(value)) return `map ${value.size}:${entriesOf(value, inner)}`;
  if (isSet(value))
    return `set ${value.size}:${firstOf([...value].filter(isPrimitive).map(outlineOfPrimitive))}`;
  return "object";
}

function outlineOfPrimitive(value: unknown): string {
  if (typeof value === "string") return `"${value.slice(0, END)}"${value.slice(-END)}"${value.length}`;
  // The whole number may be long, and takes long to be written out.
  if (typeof value === "bigint") return `${BigInt.asIntN(64, value)}n`;
  if (typeof value === "function") return "function";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Those whose names come first; `undefined` counts as absent. */
function propertiesOf(object: Record<string, unknown>): [string, unknown][] {
  const present = Object.entries(object).filter(([, part]) => part !== undefined);
  return present.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, WIDEST);
}

/** Spread, as holes count as `undefined`. */
function endsOf(array: readonly unknown[]): unknown[] {
  return [...array.slice(0, WIDEST / 2), ...array.slice(-WIDEST / 2)];
}

/** Of a large map only the keys: which of two keys with one outline comes first is not known, so neither is the value. */
function entriesOf(map: ReadonlyMap<unknown, unknown>, inner: (part: unknown) => string): string[] {
  const entries = [...map].filter(([key]) => isPrimitive(key));
  const isSmall = map.size <= WIDEST;
  return firstOf(entries.map(([key, part]) => outlineOfPrimitive(key) + (isSmall ? `:${inner(part)}` : "")));
}

function firstOf(outlines: string[]): string[] {
  return outlines.sort().slice(0, WIDEST);
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}
