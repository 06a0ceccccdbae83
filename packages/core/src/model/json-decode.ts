import { BabaError } from "../errors.ts";
import { fromBase64 } from "./base64.ts";
import { GREATEST_LONG, isTag, LAST_TEXT_DATE, LEAST_LONG, MOST_DIGITS } from "./json-tags.ts";

type JsonObject = Record<string, unknown>;

const ISO_DATE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,3})?Z$/;
const INTEGER = /^(?:0|-?[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LONGEST_LONG = 20;
const GREATEST_INT = 2 ** 31 - 1;
const GREATEST_TIME = 8_640_000_000_000_000n;

/**
 * Decodes a parsed JSON tree in place.
 *
 * @throws RangeError if the tree is too deep for the engine; `BABA_JSON` if an integer has too many digits
 */
export function decode(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return decodeElements(value);
  const object = value as JsonObject;
  const names = Object.keys(object);
  const [tag = ""] = names;
  const decoded = names.length === 1 && isTag(tag) ? decodeTagged(tag, object) : undefined;
  // Not exactly a form that the encoder writes: the object is the user's own.
  return decoded === undefined ? decodeProperties(object, names) : decoded;
}

function decodeElements(array: unknown[]): unknown[] {
  for (let i = 0; i < array.length; i++) array[i] = decode(array[i]);
  return array;
}

function decodeProperties(object: JsonObject, names: readonly string[]): JsonObject {
  for (const name of names) {
    const child = object[name];
    const value = decode(child);
    // Not assigned, as the name may be `__proto__`.
    if (value !== child) {
      Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
    }
  }
  return object;
}

/** `undefined` if the object is not a tagged value after all; nothing in it was changed then. */
function decodeTagged(tag: string, object: JsonObject): unknown {
  const content = object[tag];
  switch (tag) {
    case "$date":
      return decodeDate(content);
    case "$numberLong":
      return decodeLong(content);
    case "$bigint":
      return decodeBigint(content);
    case "$binary":
      return decodeBinary(content);
    case "$numberInt":
      return decodeInt(content);
    case "$numberDouble":
      return decodeDouble(content);
    case "$map":
      return decodeMap(content, object);
    case "$set":
      return decodeSet(content, object);
    default:
      return decodeLiteral(content);
  }
}

function decodeDate(content: unknown): Date | undefined {
  if (typeof content === "string") return decodeTextDate(content);
  const time = isObjectOf(content, "$numberLong") ? decodeLong(content.$numberLong) : undefined;
  if (time === undefined || time < -GREATEST_TIME || time > GREATEST_TIME) return undefined;
  return new Date(Number(time));
}

function decodeTextDate(text: string): Date | undefined {
  const seconds = ISO_DATE.exec(text)?.[1];
  if (seconds === undefined) return undefined;
  const date = new Date(text);
  const time = date.getTime();
  if (!(time >= 0 && time <= LAST_TEXT_DATE)) return undefined;
  // Engines let overflows (February 30, 24:00) roll over.
  return date.toISOString().startsWith(seconds) ? date : undefined;
}

function decodeLong(content: unknown): bigint | undefined {
  if (typeof content !== "string" || content.length > LONGEST_LONG || !INTEGER.test(content))
    return undefined;
  const value = BigInt(content);
  return isLong(value) ? value : undefined;
}

function decodeBigint(content: unknown): bigint | undefined {
  if (typeof content !== "string" || !INTEGER.test(content)) return undefined;
  if (content.length > MOST_DIGITS + (content.startsWith("-") ? 1 : 0)) throw tooManyDigits();
  const value = BigInt(content);
  return isLong(value) ? undefined : value;
}

function tooManyDigits(): BabaError {
  return new BabaError(
    "BABA_JSON",
    "The text holds an integer of more than 1,000,000 digits, which would take too long to read. Restore the file from a copy, or " +
      "write the record again with the digits as a string.",
  );
}

function isLong(value: bigint): boolean {
  return value >= LEAST_LONG && value <= GREATEST_LONG;
}

/** Generic bytes only: the meaning of another subtype would be lost when the record is written again. */
function decodeBinary(content: unknown): Uint8Array | undefined {
  if (!isObjectOf(content, "base64", "subType")) return undefined;
  if (typeof content.base64 !== "string" || (content.subType !== "00" && content.subType !== "0"))
    return undefined;
  return fromBase64(content.base64);
}

function decodeInt(content: unknown): number | undefined {
  if (typeof content !== "string" || !INTEGER.test(content)) return undefined;
  const value = Number(content);
  return value >= -GREATEST_INT - 1 && value <= GREATEST_INT ? value : undefined;
}

function decodeDouble(content: unknown): number | undefined {
  if (content === "NaN" || content === "Infinity" || content === "-Infinity") return Number(content);
  if (typeof content !== "string" || !NUMBER.test(content)) return undefined;
  const value = Number(content);
  return Number.isFinite(value) ? value : undefined;
}

/** With a duplicate key, which no `Map` has, an entry would be lost: the object is the user's own. */
function decodeMap(content: unknown, object: JsonObject): Map<unknown, unknown> | JsonObject | undefined {
  if (!isPairs(content)) return undefined;
  for (const pair of content) decodeElements(pair);
  const map = new Map(content);
  return map.size === content.length ? map : object;
}

function isPairs(content: unknown): content is [unknown, unknown][] {
  return Array.isArray(content) && content.every((entry) => Array.isArray(entry) && entry.length === 2);
}

/** See {@link decodeMap}. */
function decodeSet(content: unknown, object: JsonObject): Set<unknown> | JsonObject | undefined {
  if (!Array.isArray(content)) return undefined;
  const set = new Set(decodeElements(content));
  return set.size === content.length ? set : object;
}

/** Only the object's key is escaped; its value is decoded as usual. */
function decodeLiteral(content: unknown): JsonObject | undefined {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return undefined;
  const names = Object.keys(content);
  const [tag = ""] = names;
  return names.length === 1 && isTag(tag) ? decodeProperties(content as JsonObject, names) : undefined;
}

function isObjectOf<K extends string>(value: unknown, ...keys: K[]): value is Record<K, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key));
}
