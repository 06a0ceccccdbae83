import { describe, expect, it } from "vitest";
import { deepEqual } from "./equality.ts";
import { parse, stringify } from "./json.ts";

describe("parse()", () => {
  it.each<[string, unknown]>([
    ['{"$numberInt":"2147483647"}', 2_147_483_647],
    ['{"$date":{"$numberLong":"8640000000000000"}}', new Date(8_640_000_000_000_000)],
    ['{"$date":{"$numberLong":"-8640000000000000"}}', new Date(-8_640_000_000_000_000)],
    ['{"$date":{"$numberLong":"-8640000000000001"}}', { $date: -8_640_000_000_000_001n }],
    ['{"$date":"2012-12-24T12:15:30.5Z"}', new Date("2012-12-24T12:15:30.500Z")],
  ])("reads %s", (text, value) => {
    expect(parse(text)).toStrictEqual(value);
  });

  it.each([
    '{"$numberInt":"-2147483649"}',
    '{"$date":"2012-12-24T12:15:30.5019Z"}',
    '{"$date":"+002012-12-24T12:15:30Z"}',
    '{"$numberDouble":" 1"}',
    '{"$numberDouble":"1 "}',
    '{"$map":[[1,2,3]]}',
  ])("leaves %s as the object that it is, and loses nothing of it", (text) => {
    expect(parse(text)).toStrictEqual(JSON.parse(text));
    expect(parse(stringify(parse(text)))).toStrictEqual(JSON.parse(text));
  });

  it("decodes what a duplicate key of a map left as an object once, not twice", () => {
    const text = '{"$map":[[1,{"$literal":{"$numberLong":"7"}}],[1,2]]}';
    expect(parse(text)).toStrictEqual({
      $map: [
        [1, { $numberLong: "7" }],
        [1, 2],
      ],
    });
  });
});

describe("stringify()", () => {
  it.each([8191, 8192, 8193, 20_000])("brings %i bytes back", (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);
    expect(deepEqual(parse(stringify(bytes)), bytes)).toBe(true);
  });

  it.each<[string, unknown]>([
    ["$ has a property whose key is a symbol", Object.assign([1], { [Symbol("s")]: 1 })],
    ["$ is an instance", new (class extends Set {})()],
    ["$ is an instance", Object.setPrototypeOf(new Date(0), null)],
    ["$ is an instance", Object.setPrototypeOf([1], null)],
  ])("refuses: %s", (sentence, value) => {
    expect(() => stringify(value)).toThrow(`The record cannot be stored: ${sentence}`);
  });
});
