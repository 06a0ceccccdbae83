import { isBytes } from "../bytes.ts";
import { BabaError } from "../errors.ts";
import { toBase64 } from "./base64.ts";
import { GREATEST_LONG, isTag, LAST_TEXT_DATE, LEAST_LONG, MOST_DIGITS } from "./json-tags.ts";
import { isDate, isMap, isPlainArray, isPlainObject, isSet } from "./kinds.ts";
import { formatPath } from "./path.ts";

/** What `JSON.stringify` writes without loss and without calling user code. */
export type PlainJson = string | number | boolean | null | PlainJson[] | JsonObject;

type JsonObject = { [key: string]: PlainJson };

/** The result of {@link encode}. */
export type Encoded = {
  readonly json: PlainJson;
  /** Whether parsing and decoding the text of `json` gives the same value as `json`. */
  readonly asParsed: boolean;
};

/** The path to the value being encoded: the enclosing objects, outermost first, and the key taken in each. */
type Trail = { readonly open: object[]; readonly keys: (string | number)[]; asParsed: boolean };

/** Any engine can parse this depth, however much stack is in use. */
const SURELY_PARSED = 64;
/**
 * Deeper values are refused: how deep an engine can recurse varies, and other processes must be able to read
 * what this one writes.
 */
const DEEPEST = 500;
/**
 * Engines list the property names of a `Uint8Array` along with the indices of its bytes, each a string: for
 * more bytes, that takes many times as long as everything else.
 */
const FEW_BYTES = 32;
/** Every integer of at most that many digits fits into these bits, sign included. */
const MOST_BITS = Math.ceil(MOST_DIGITS * Math.log2(10)) + 1;
const NAMED = "has properties of its own, which would be lost";
const NOWHERE: Trail = { open: [], keys: [], asParsed: false };

/**
 * Copies a value into plain JSON. Every property is read once, so that what was checked is what is written,
 * whatever getters do.
 *
 * @throws `BABA_UNSERIALIZABLE`
 */
export function encode(value: unknown): Encoded {
  const trail: Trail = { open: [], keys: [], asParsed: true };
  try {
    const json = encodeValue(value, trail);
    return { json, asParsed: trail.asParsed && !callsToJson() };
  } catch (cause) {
    if (cause instanceof BabaError) throw cause;
    if (cause instanceof RangeError) throw unserializable("is too large or nests too deeply", NOWHERE, cause);
    throw unserializable("cannot be read", trail, cause);
  }
}

function encodeValue(value: unknown, trail: Trail): PlainJson {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return encodeNumber(value, trail);
    case "bigint":
      return encodeBigint(value, trail);
    case "object":
      return value === null ? null : encodeObject(value, trail);
    case "undefined":
      throw unserializable("is undefined, which only a property can be", trail);
    default:
      throw unserializable(`is a ${typeof value}`, trail);
  }
}

function encodeNumber(value: number, trail: Trail): PlainJson {
  if (isPlainNumber(value)) return value;
  return tagged("$numberDouble", value === 0 ? "-0.0" : String(value), trail);
}

/** JSON has neither infinities nor a negative zero. */
export function isPlainNumber(value: unknown): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function encodeBigint(value: bigint, trail: Trail): PlainJson {
  if (value >= LEAST_LONG && value <= GREATEST_LONG) return tagged("$numberLong", String(value), trail);
  return tagged("$bigint", digitsOf(value, trail), trail);
}

/** Integers that are far too long are not converted first, as that alone may take minutes. */
function digitsOf(value: bigint, trail: Trail): string {
  const digits = BigInt.asIntN(MOST_BITS, value) === value ? String(value) : undefined;
  if (digits !== undefined && digits.length - (value < 0n ? 1 : 0) <= MOST_DIGITS) return digits;
  throw unserializable("is an integer of more than 1,000,000 digits", trail);
}

function encodeObject(value: object, trail: Trail): PlainJson {
  if (trail.open.includes(value)) throw unserializable("contains itself", trail);
  if (isPlainObject(value)) return encodeProperties(value, trail);
  if (isPlainArray(value)) return encodeElements(value, trail);
  if (isBytes(value)) return encodeBytes(value, trail);
  if (isDate(value)) return encodeDate(value, trail);
  if (isMap(value)) return encodeMembers("$map", value, trail);
  if (isSet(value)) return encodeMembers("$set", value, trail);
  throw unserializable("is an instance of a class, or another object that JSON has no form for", trail);
}

function encodeProperties(source: Record<string, unknown>, trail: Trail): PlainJson {
  refuseSymbols(source, trail);
  const names = Object.keys(source);
  const copy = emptyObject(trail);
  const depth = enter(source, trail);
  let count = 0;
  let last = "";
  for (const name of names) {
    trail.keys[depth] = name;
    const value = source[name];
    if (value === undefined) continue;
    setOwn(copy, name, encodeValue(value, trail));
    last = name;
    count++;
  }
  trail.open.pop();
  return count === 1 && isTag(last) ? tagged("$literal", copy, trail) : copy;
}

function encodeElements(source: readonly unknown[], trail: Trail): PlainJson[] {
  refuseSymbols(source, trail);
  if (Object.keys(source).length > source.length)
    throw unserializable("is an array with named properties", trail);
  const copy: PlainJson[] = [];
  const depth = enter(source, trail);
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
  trail.keys[enter(source, trail)] = tag;
  const copy = encodeElements(members, trail);
  trail.open.pop();
  return tagged(tag, copy, trail);
}

function encodeDate(value: Date, trail: Trail): PlainJson {
  // A fake `Date` for setting the clock gives its instances the real constructor as a property.
  refuseNamed(value, trail, ["constructor"]);
  const time = value.getTime();
  if (Number.isNaN(time)) throw unserializable("is an invalid Date", trail);
  const asText = time >= 0 && time <= LAST_TEXT_DATE;
  return tagged("$date", asText ? new Date(time).toISOString() : { $numberLong: String(time) }, trail);
}

function encodeBytes(value: Uint8Array, trail: Trail): PlainJson {
  refuseSymbols(value, trail);
  if (value.length === 0 && isLost(value))
    throw unserializable(
      "has lost its bytes: they were given to another thread, or its buffer was made smaller",
      trail,
    );
  // Without further properties, there are as many keys as bytes.
  if (value.length <= FEW_BYTES && Object.keys(value).length > value.length)
    throw unserializable(NAMED, trail);
  return tagged("$binary", { base64: toBase64(value), subType: "00" }, trail);
}

/** Whether the buffer was transferred or no longer reaches that far, which leaves an array of length 0. */
function isLost(bytes: Uint8Array): boolean {
  try {
    Reflect.apply(Uint8Array.prototype.values, bytes, []);
    return false;
  } catch {
    return true;
  }
}

/** The encoding of a value that JSON has no form for. */
function tagged(tag: string, content: PlainJson, trail: Trail): PlainJson {
  trail.asParsed = false;
  return { [tag]: content };
}

/** Marks an object as being encoded; returns its depth. */
function enter(source: object, trail: Trail): number {
  const depth = trail.open.push(source) - 1;
  if (depth >= DEEPEST) throw unserializable(`nests deeper than ${DEEPEST} levels`, NOWHERE);
  if (depth >= SURELY_PARSED) trail.asParsed = false;
  return depth;
}

/** Whether all objects or arrays inherit a `toJSON`, which `JSON.stringify` would call. */
export function callsToJson(): boolean {
  return "toJSON" in Array.prototype;
}

function emptyObject(trail: Trail): JsonObject {
  if (!callsToJson()) return {};
  trail.asParsed = false;
  return Object.create(null);
}

/** Inherited properties may be setters, as `__proto__` is, or frozen, which prevents assignment. */
function setOwn(object: JsonObject, name: string, value: PlainJson): void {
  if (name in Object.prototype) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  } else {
    object[name] = value;
  }
}

function refuseSymbols(value: object, trail: Trail): void {
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw unserializable("has a property whose key is a symbol", trail);
}

function refuseNamed(value: object, trail: Trail, known: readonly PropertyKey[] = []): void {
  if (!Reflect.ownKeys(value).every((key) => known.includes(key))) throw unserializable(NAMED, trail);
}

function unserializable(what: string, trail: Trail, cause?: unknown): BabaError {
  const path = formatPath("$", trail.keys.slice(0, trail.open.length));
  return new BabaError(
    "BABA_UNSERIALIZABLE",
    `The record cannot be stored: ${path} ${what}. Leave it out, or let the schema turn it into plain data.`,
    { cause },
  );
}
