import { BabaError } from "../errors.ts";
import { toBase64 } from "./base64.ts";
import { GREATEST_LONG, isTag, LAST_TEXT_DATE, LEAST_LONG } from "./json-tags.ts";
import { isBytes, isDate, isMap, isPlainArray, isPlainObject, isSet } from "./kinds.ts";
import { formatPath } from "./path.ts";

/** What `JSON.stringify` writes without loss and without calling anybody's code. */
export type PlainJson = string | number | boolean | null | PlainJson[] | { [key: string]: PlainJson };

/** The objects around the place being read, outermost first, and the key taken in each. */
type Trail = { readonly open: object[]; readonly keys: (string | number)[] };

/**
 * An object that inherits neither a setter named `__proto__` nor a `toJSON`, so that every assignment makes
 * a property of its own. (An object without a prototype would do, but is three times as slow to fill.)
 */
class Bag {
  [name: string]: PlainJson;
}
Object.setPrototypeOf(Bag.prototype, null);

/**
 * A copy of a value that consists of plain JSON.
 *
 * Every property of the value is read once, so that what was checked is what is written, whatever getters do.
 *
 * @throws `BABA_UNSERIALIZABLE`
 */
export function encode(value: unknown): PlainJson {
  const trail: Trail = { open: [], keys: [] };
  try {
    return encodeValue(value, trail);
  } catch (cause) {
    if (cause instanceof BabaError) throw cause;
    if (cause instanceof RangeError)
      throw refuse("is too large or nests too deeply", { open: [], keys: [] }, cause);
    throw refuse("cannot be read", trail, cause);
  }
}

function encodeValue(value: unknown, trail: Trail): PlainJson {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return encodeNumber(value);
    case "bigint":
      return encodeBigint(value);
    case "object":
      return value === null ? null : encodeObject(value, trail);
    case "undefined":
      throw refuse("is undefined, which only a property can be", trail);
    default:
      throw refuse(`is a ${typeof value}`, trail);
  }
}

function encodeNumber(value: number): PlainJson {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { $numberDouble: value === 0 ? "-0.0" : String(value) };
}

function encodeBigint(value: bigint): PlainJson {
  return value >= LEAST_LONG && value <= GREATEST_LONG
    ? { $numberLong: String(value) }
    : { $bigint: String(value) };
}

function encodeObject(value: object, trail: Trail): PlainJson {
  if (trail.open.includes(value)) throw refuse("contains itself", trail);
  if (isPlainObject(value)) return encodeProperties(value, trail);
  if (isPlainArray(value)) return encodeElements(value, trail);
  if (isBytes(value)) return { $binary: { base64: toBase64(value), subType: "00" } };
  if (isDate(value)) return encodeDate(value, trail);
  if (isMap(value)) return encodeMembers("$map", value, trail);
  if (isSet(value)) return encodeMembers("$set", value, trail);
  throw refuse("is an instance of a class, or another object that JSON has no form for", trail);
}

function encodeProperties(source: Record<string, unknown>, trail: Trail): PlainJson {
  refuseSymbols(source, trail);
  const names = Object.keys(source);
  const copy = new Bag();
  const depth = trail.open.push(source) - 1;
  let count = 0;
  let last = "";
  for (const name of names) {
    trail.keys[depth] = name;
    const value = source[name];
    if (value === undefined) continue;
    copy[name] = encodeValue(value, trail);
    last = name;
    count++;
  }
  trail.open.pop();
  return count === 1 && isTag(last) ? { $literal: copy } : copy;
}

function encodeElements(source: readonly unknown[], trail: Trail): PlainJson[] {
  refuseSymbols(source, trail);
  if (Object.keys(source).length > source.length) throw refuse("is an array with named properties", trail);
  const copy: PlainJson[] = [];
  const depth = trail.open.push(source) - 1;
  for (let i = 0; i < source.length; i++) {
    trail.keys[depth] = i;
    copy.push(encodeValue(source[i], trail));
  }
  trail.open.pop();
  return copy;
}

function encodeMembers(tag: "$map" | "$set", source: Iterable<unknown> & object, trail: Trail): PlainJson {
  refuseNamed(source, trail);
  const members = [...source];
  trail.keys[trail.open.push(source) - 1] = tag;
  const copy = encodeElements(members, trail);
  trail.open.pop();
  return { [tag]: copy };
}

function encodeDate(value: Date, trail: Trail): PlainJson {
  refuseNamed(value, trail);
  const time = value.getTime();
  if (Number.isNaN(time)) throw refuse("is an invalid Date", trail);
  const asText = time >= 0 && time <= LAST_TEXT_DATE;
  return { $date: asText ? new Date(time).toISOString() : { $numberLong: String(time) } };
}

function refuseSymbols(value: object, trail: Trail): void {
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw refuse("has a property whose key is a symbol", trail);
}

function refuseNamed(value: object, trail: Trail): void {
  if (Reflect.ownKeys(value).length > 0)
    throw refuse("has properties of its own, which would be lost", trail);
}

function refuse(what: string, trail: Trail, cause?: unknown): BabaError {
  const path = formatPath("$", trail.keys.slice(0, trail.open.length));
  return new BabaError(
    "BABA_UNSERIALIZABLE",
    `The record cannot be stored: ${path} ${what}. Leave it out, or let the schema turn it into plain data.`,
    { cause },
  );
}
