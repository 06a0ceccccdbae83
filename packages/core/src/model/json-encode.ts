import { isBytes } from "../bytes.ts";
import { BabaError } from "../errors.ts";
import { toBase64 } from "./base64.ts";
import { GREATEST_LONG, isTag, LAST_TEXT_DATE, LEAST_LONG, MOST_DIGITS } from "./json-tags.ts";
import { isDate, isMap, isPlainArray, isPlainObject, isSet } from "./kinds.ts";
import { formatPath } from "./path.ts";

/** What `JSON.stringify` writes without loss and without calling anybody's code. */
export type PlainJson = string | number | boolean | null | PlainJson[] | JsonObject;

type JsonObject = { [key: string]: PlainJson };

/** What {@link encode} gives. */
export type Encoded = {
  readonly json: PlainJson;
  /** Whether `json` is just what is parsed from its text, tags and all. */
  readonly asParsed: boolean;
};

/** The objects around the place being read, outermost first, and the key taken in each; and what became of those read already. */
type Trail = { readonly open: object[]; readonly keys: (string | number)[]; asParsed: boolean };

/** So deep an object is parsed by any engine, wherever it is asked to. */
const SURELY_PARSED = 64;
/** Deeper is refused: how deep an engine can go depends on how much it has compiled, and what one process wrote another must read. */
const DEEPEST = 500;
/**
 * Engines list the names of an object's properties only together with the indices of its bytes, each a text: for more bytes that takes
 * many times as long as all else that is done with them.
 */
const FEW_BYTES = 32;
/** That many and a sign have all integers of that many digits. */
const MOST_BITS = Math.ceil(MOST_DIGITS * Math.log2(10)) + 1;
const NAMED = "has properties of its own, which would be lost";
const NOWHERE: Trail = { open: [], keys: [], asParsed: false };

/**
 * A copy of a value that consists of plain JSON.
 *
 * Every property of the value is read once, so that what was checked is what is written, whatever getters do.
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
    if (cause instanceof RangeError) throw refuse("is too large or nests too deeply", NOWHERE, cause);
    throw refuse("cannot be read", trail, cause);
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
      throw refuse("is undefined, which only a property can be", trail);
    default:
      throw refuse(`is a ${typeof value}`, trail);
  }
}

function encodeNumber(value: number, trail: Trail): PlainJson {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return tagged("$numberDouble", value === 0 ? "-0.0" : String(value), trail);
}

function encodeBigint(value: bigint, trail: Trail): PlainJson {
  if (value >= LEAST_LONG && value <= GREATEST_LONG) return tagged("$numberLong", String(value), trail);
  return tagged("$bigint", digitsOf(value, trail), trail);
}

/** What is far too long is not made into digits first, as that alone may take minutes. */
function digitsOf(value: bigint, trail: Trail): string {
  const digits = BigInt.asIntN(MOST_BITS, value) === value ? String(value) : undefined;
  if (digits !== undefined && digits.length - (value < 0n ? 1 : 0) <= MOST_DIGITS) return digits;
  throw refuse("is an integer of more than 1,000,000 digits", trail);
}

function encodeObject(value: object, trail: Trail): PlainJson {
  if (trail.open.includes(value)) throw refuse("contains itself", trail);
  if (isPlainObject(value)) return encodeProperties(value, trail);
  if (isPlainArray(value)) return encodeElements(value, trail);
  if (isBytes(value)) return encodeBytes(value, trail);
  if (isDate(value)) return encodeDate(value, trail);
  if (isMap(value)) return encodeMembers("$map", value, trail);
  if (isSet(value)) return encodeMembers("$set", value, trail);
  throw refuse("is an instance of a class, or another object that JSON has no form for", trail);
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
  if (Object.keys(source).length > source.length) throw refuse("is an array with named properties", trail);
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
  // A stand-in for `Date` that sets the clock gives each of its dates the real constructor.
  refuseNamed(value, trail, ["constructor"]);
  const time = value.getTime();
  if (Number.isNaN(time)) throw refuse("is an invalid Date", trail);
  const asText = time >= 0 && time <= LAST_TEXT_DATE;
  return tagged("$date", asText ? new Date(time).toISOString() : { $numberLong: String(time) }, trail);
}

function encodeBytes(value: Uint8Array, trail: Trail): PlainJson {
  refuseSymbols(value, trail);
  // The keys of one that has none beside its bytes are as many as these.
  if (value.length <= FEW_BYTES && Object.keys(value).length > value.length) throw refuse(NAMED, trail);
  return tagged("$binary", { base64: toBase64(value), subType: "00" }, trail);
}

/** What is written for a value that JSON has no form for. */
function tagged(tag: string, content: PlainJson, trail: Trail): PlainJson {
  trail.asParsed = false;
  return { [tag]: content };
}

/** Notes that an object is being read; gives its depth. */
function enter(source: object, trail: Trail): number {
  const depth = trail.open.push(source) - 1;
  if (depth >= DEEPEST) throw refuse(`nests deeper than ${DEEPEST} levels`, NOWHERE);
  if (depth >= SURELY_PARSED) trail.asParsed = false;
  return depth;
}

/** Whether somebody has given all objects or arrays a `toJSON`, which `JSON.stringify` would call. */
function callsToJson(): boolean {
  return "toJSON" in Array.prototype;
}

function emptyObject(trail: Trail): JsonObject {
  if (!callsToJson()) return {};
  trail.asParsed = false;
  return Object.create(null);
}

/** What all objects inherit may be a setter, as `__proto__` is, or may not be assigned to, where it is frozen. */
function setOwn(object: JsonObject, name: string, value: PlainJson): void {
  if (name in Object.prototype) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  } else {
    object[name] = value;
  }
}

function refuseSymbols(value: object, trail: Trail): void {
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw refuse("has a property whose key is a symbol", trail);
}

function refuseNamed(value: object, trail: Trail, known: readonly PropertyKey[] = []): void {
  if (!Reflect.ownKeys(value).every((key) => known.includes(key))) throw refuse(NAMED, trail);
}

function refuse(what: string, trail: Trail, cause?: unknown): BabaError {
  const path = formatPath("$", trail.keys.slice(0, trail.open.length));
  return new BabaError(
    "BABA_UNSERIALIZABLE",
    `The record cannot be stored: ${path} ${what}. Leave it out, or let the schema turn it into plain data.`,
    { cause },
  );
}
