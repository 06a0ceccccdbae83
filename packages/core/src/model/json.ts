import { BabaError, optionError } from "../errors.ts";
import { decode } from "./json-decode.ts";
import { encode } from "./json-encode.ts";

const ADVICE = "Restore the file from a copy, or write the record again.";

/**
 * Serialises a value as JSON text. What JSON supports is written as by `JSON.stringify` (properties whose
 * value is `undefined` are left out), and the rest in the manner of MongoDB Extended JSON v2:
 *
 * | value | text |
 * | --- | --- |
 * | `Date` of the years 1970 to 9999 | `{"$date":"2026-01-31T12:00:00.000Z"}` |
 * | any other valid `Date` | `{"$date":{"$numberLong":"-1"}}`, in milliseconds |
 * | `bigint` of 64 bits | `{"$numberLong":"42"}` |
 * | any other `bigint` | `{"$bigint":"9223372036854775808"}` |
 * | `Uint8Array` | `{"$binary":{"base64":"AQI=","subType":"00"}}` |
 * | `NaN`, the infinities, `-0` | `{"$numberDouble":"NaN"}`, `"Infinity"`, `"-Infinity"`, `"-0.0"` |
 * | `Map` | `{"$map":[[key,value]]}` |
 * | `Set` | `{"$set":[member]}` |
 * | an object of one key that is one of these, `$numberInt` or `$literal` | `{"$literal":{...}}` |
 *
 * `toJSON` methods are not called. Extra own properties of a `Date`, `Map`, `Set` or array are refused, and
 * so are those of a `Uint8Array` of up to 32 bytes; those of a longer one are left out, as looking for them
 * would take many times as long as everything else.
 *
 * @throws `BABA_UNSERIALIZABLE`, naming the place, for what would not survive: functions, symbols, cycles,
 * `undefined` outside properties, instances of classes, invalid dates, integers of more than 1,000,000 digits,
 * more than 500 levels
 * @see https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
 * @example
 * ```ts
 * import { stringify } from "@baba/core";
 * console.log(stringify({ id: 1n, seen: new Date(0) })); // {"id":{"$numberLong":"1"},"seen":{"$date":"1970-01-01T00:00:00.000Z"}}
 * ```
 */
export function stringify(value: unknown): string {
  return write(value).text;
}

/** The text of {@link stringify}, and what {@link parse} returns for it if that is known without parsing. */
export function write(value: unknown): { readonly text: string; readonly parsed: unknown } {
  const { json, asParsed } = encode(value);
  return { text: plainText(json), parsed: asParsed ? json : undefined };
}

/** The text of plain JSON. @throws `BABA_UNSERIALIZABLE` if it is too long */
export function plainText(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch (cause) {
    throw new BabaError(
      "BABA_UNSERIALIZABLE",
      "The record is too large or nests too deeply for one JSON text: split it into several records.",
      { cause },
    );
  }
}

/**
 * Parses a text that {@link stringify} wrote, or any other JSON text. An object that is not exactly one of
 * the extended forms stays an object, also if MongoDB writes it for a type that is not in the table. Of
 * MongoDB's forms, `$numberInt`, `$numberDouble` of any number and `$date` without milliseconds are read too.
 *
 * @throws `BABA_JSON`, never quoting the text; `BABA_OPTION` if it is not a string
 * @example
 * ```ts
 * import { parse } from "@baba/core";
 * console.log(parse('{"id":{"$numberLong":"1"}}')); // { id: 1n }
 * ```
 */
export function parse(text: string): unknown {
  if (typeof text !== "string") {
    throw optionError("A JSON text must be a string; of bytes, new TextDecoder().decode(bytes) makes one.");
  }
  const value = parsePlain(text);
  if (!mayHoldTags(text)) return value;
  try {
    return decode(value);
  } catch (cause) {
    if (cause instanceof BabaError) throw cause;
    throw new BabaError(
      "BABA_JSON",
      "The text is too large or nests too deeply to be read. Restore the file from a copy, or write the record again as several smaller ones.",
      { cause },
    );
  }
}

/**
 * Whether a string may begin with a dollar sign, literal or escaped (JSON has only one escape for it).
 * Engines find a rare first character many times faster than a quotation mark.
 */
function mayHoldTags(text: string): boolean {
  return (text.includes("$") && text.includes('"$')) || text.includes("\\u0024");
}

function parsePlain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Not as the cause: engines' messages quote the text, which may be secret.
    throw new BabaError("BABA_JSON", `The text is not JSON: ${reasonOf(error, text)}. ${ADVICE}`);
  }
}

/** The engine's reason if it is a fixed phrase, and the position if known. */
function reasonOf(error: unknown, text: string): string {
  if (text.startsWith("\uFEFF")) return "it begins with a byte order mark";
  const message = error instanceof Error ? error.message : "";
  if (error instanceof RangeError) return "it nests too deeply";
  if (/end of JSON input|Unexpected EOF/.test(message))
    return `it ends too early, at position ${text.length}`;
  const [, reason, position] = /^([A-Za-z ,'"\]}:-]{1,80}) in JSON at position (\d+)/.exec(message) ?? [];
  return reason === undefined ? "it breaks the syntax" : `${reason} at position ${position}`;
}
