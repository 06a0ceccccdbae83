import { describe, expect, it } from "vitest";
import type { BabaError } from "../errors.ts";
import { parse, stringify } from "./json.ts";
import { errorOf } from "./thrown.fixture.ts";

/** Whether the engine reports the position of a syntax error; JavaScriptCore does not. */
const TELLS_POSITIONS = /position \d/.test(errorTextOf(() => JSON.parse('{"a" 1}')));

function errorTextOf(call: () => unknown): string {
  try {
    return String(call());
  } catch (error) {
    return String(error);
  }
}

describe("parse()", () => {
  it.each<[string, unknown]>([
    ['{"$date":"2012-12-24T12:15:30.501Z"}', new Date("2012-12-24T12:15:30.501Z")],
    ['{"$date":"1970-01-01T00:00:00Z"}', new Date(0)],
    ['{"$date":{"$numberLong":"1356351330501"}}', new Date(1_356_351_330_501)],
    ['{"$date":{"$numberLong":"8640000000000001"}}', { $date: 8_640_000_000_000_001n }],
    ['{"$numberInt":"-2147483648"}', -2_147_483_648],
    ['{"$numberDouble":"1.5"}', 1.5],
    ['{"$numberDouble":"-1.2345678921232E+18"}', -1.2345678921232e18],
    ['{"$binary":{"subType":"00","base64":"AQI="}}', new Uint8Array([1, 2])],
    ['{"$binary":{"base64":"","subType":"0"}}', new Uint8Array(0)],
    ['{"\\u0024numberLong":"1"}', 1n],
    [
      '{"$map":[[{"$numberLong":"1"},{"$set":[{"$date":"1970-01-01T00:00:00Z"}]}]]}',
      new Map([[1n, new Set([new Date(0)])]]),
    ],
    ['{"$literal":{"$date":{"$numberLong":"5"}}}', { $date: 5n }],
  ])("reads %s", (text, value) => {
    expect(parse(text)).toStrictEqual(value);
  });

  it.each([
    '{"$date":5}',
    '{"$date":"yesterday"}',
    '{"$date":"2023-02-30T00:00:00Z"}',
    '{"$date":"2023-01-01T24:00:00Z"}',
    '{"$date":"1969-12-31T23:59:59Z"}',
    '{"$date":"2023-01-01"}',
    '{"$date":{"$numberLong":"1","x":1}}',
    '{"$numberLong":5}',
    '{"$numberLong":"05"}',
    '{"$numberLong":"-0"}',
    '{"$numberLong":"9223372036854775808"}',
    '{"$numberLong":""}',
    '{"$bigint":"5"}',
    '{"$bigint":"0x10000000000000000"}',
    '{"$numberInt":"2147483648"}',
    '{"$numberDouble":"1e999"}',
    '{"$numberDouble":""}',
    '{"$numberDouble":1}',
    '{"$binary":{"base64":"AQI","subType":"00"}}',
    '{"$binary":{"base64":"AQJ=","subType":"00"}}',
    '{"$binary":{"base64":"AQ I=","subType":"00"}}',
    '{"$binary":{"base64":"AQI=","subType":"04"}}',
    '{"$binary":"AQI="}',
    '{"$map":{}}',
    '{"$map":[[1]]}',
    '{"$map":[[1,2],[1,3]]}',
    '{"$set":1}',
    '{"$set":[1,1]}',
    '{"$literal":{"plain":1}}',
    '{"$literal":{"$date":1,"x":1}}',
    '{"$literal":[1]}',
    '{"$date":"1970-01-01T00:00:00Z","x":1}',
    '{"$oid":"507f1f77bcf86cd799439011"}',
  ])("leaves %s as the object that it is", (text) => {
    expect(parse(text)).toStrictEqual(JSON.parse(text));
    expect(parse(stringify(parse(text)))).toStrictEqual(JSON.parse(text));
  });

  it("decodes what a duplicate key left as an object once, not twice", () => {
    const text = '{"$set":[{"$literal":{"$numberLong":"7"}},1,1]}';
    expect(parse(text)).toStrictEqual({ $set: [{ $numberLong: "7" }, 1, 1] });
  });

  it("keeps a __proto__ key as an own property that pollutes nothing", () => {
    const text =
      '{"__proto__":{"polluted":{"$numberLong":"1"}},"a":{"__proto__":{"$date":"1970-01-01T00:00:00Z"}}}';
    const value = parse(text) as { a: object };
    expect(Object.keys(value)).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect("polluted" in value).toBe(false);
    expect(Object.getOwnPropertyDescriptor(value.a, "__proto__")?.value).toEqual(new Date(0));
    expect(stringify(value)).toBe(text.replace("00:00:00Z", "00:00:00.000Z"));
    expect("polluted" in {}).toBe(false);
  });

  it.each([
    ['{"hunter2":1,}', "at position 13"],
    ['{"hunter2" 1}', "at position 11"],
  ])("refuses %j without quoting it, and says where if the engine does", (text, sentence) => {
    const { message } = mustRefuse(text);
    expect(message).toContain(TELLS_POSITIONS ? sentence : "The text is not JSON: it breaks the syntax");
  });

  it.each([
    ["", "it ends too early, at position 0"],
    ['{"hunter2":', "it ends too early, at position 11"],
    ["hunter2", "The text is not JSON"],
    ['{"a":hunter2}', "The text is not JSON"],
    ['"hunter2 in JSON at position 7', "The text is not JSON"],
    ['\uFEFF{"hunter2":1}', "it begins with a byte order mark"],
  ])("refuses %j without quoting it", (text, sentence) => {
    expect(mustRefuse(text).message).toContain(sentence);
  });

  function mustRefuse(text: string): BabaError {
    const error = errorOf("BABA_JSON", () => parse(text));
    expect(error.message).not.toContain("hunter");
    expect(error.message).toMatch(/\. Restore the file from a copy, or write the record again\.$/);
    expect(error.cause).toBeUndefined();
    return error;
  }

  it.each<[string, unknown]>([
    ["bytes, as decode() gives them", new TextEncoder().encode('{"id":1}')],
    ["a list with a JSON text in it", ['{"id":1}']],
    ["a number", 5],
    ["null", null],
    ["nothing", undefined],
  ])("refuses %s, and says how to make a text of it", (_, value) => {
    const error = errorOf("BABA_OPTION", () => Reflect.apply(parse, undefined, [value]));
    expect(error.message).toContain("new TextDecoder().decode(bytes)");
  });

  it("answers deep nesting with a value or a typed error", () => {
    const depth = 1_000_000;
    const deep = `${"[".repeat(depth)}{"$numberLong":"1"}${"]".repeat(depth)}`;
    const { message } = errorOf("BABA_JSON", () => parse(deep));
    expect(message).toContain("nests too deeply");
    expect(message).toContain("write the record again");
  });
});
