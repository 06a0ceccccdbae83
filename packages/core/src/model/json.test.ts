import { Buffer } from "node:buffer";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { deepEqual } from "./equality.ts";
import { parse, stringify, write } from "./json.ts";
import { errorOf } from "./thrown.fixture.ts";

const refusal = (value: unknown) => errorOf("BABA_UNSERIALIZABLE", () => stringify(value)).message;
const roundTrip = (value: unknown) => parse(stringify(value));

/** An array nested too deeply for recursion. */
function nest(depth: number, seed: unknown): unknown {
  let value = seed;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe("stringify()", () => {
  it.each([
    [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    [new Date(-1), '{"$date":{"$numberLong":"-1"}}'],
    [new Date(253_402_300_799_999), '{"$date":"9999-12-31T23:59:59.999Z"}'],
    [new Date(253_402_300_800_000), '{"$date":{"$numberLong":"253402300800000"}}'],
    [9_223_372_036_854_775_807n, '{"$numberLong":"9223372036854775807"}'],
    [9_223_372_036_854_775_808n, '{"$bigint":"9223372036854775808"}'],
    [-9_223_372_036_854_775_808n, '{"$numberLong":"-9223372036854775808"}'],
    [-9_223_372_036_854_775_809n, '{"$bigint":"-9223372036854775809"}'],
    [new Uint8Array([1, 2]), '{"$binary":{"base64":"AQI=","subType":"00"}}'],
    [Buffer.from([255, 254, 253]), '{"$binary":{"base64":"//79","subType":"00"}}'],
    [Number.NaN, '{"$numberDouble":"NaN"}'],
    [Number.POSITIVE_INFINITY, '{"$numberDouble":"Infinity"}'],
    [Number.NEGATIVE_INFINITY, '{"$numberDouble":"-Infinity"}'],
    [-0, '{"$numberDouble":"-0.0"}'],
    [new Map<unknown, unknown>([["a", 1n]]), '{"$map":[["a",{"$numberLong":"1"}]]}'],
    [new Set([1, "a"]), '{"$set":[1,"a"]}'],
    [{ $date: 1 }, '{"$literal":{"$date":1}}'],
    [{ $literal: { $date: 1 } }, '{"$literal":{"$literal":{"$literal":{"$date":1}}}}'],
    [{ $numberInt: "1" }, '{"$literal":{"$numberInt":"1"}}'],
    [{ $date: 1, other: undefined }, '{"$literal":{"$date":1}}'],
    [{ $date: 1, other: 2 }, '{"$date":1,"other":2}'],
    [{ $oid: "x" }, '{"$oid":"x"}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    ["\ud800", '"\\ud800"'],
  ])("writes %o as %s", (value, text) => {
    expect(stringify(value)).toBe(text);
  });

  it("takes null-prototype objects, shared references and values of another realm", () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    const shared = { x: 1 };
    const foreign = runInContext(
      "({ o: {}, a: [1], d: new Date(5), m: new Map([[1, 2]]), s: new Set([3]), b: new Uint8Array([4]) })",
      createContext(),
    );
    expect(stringify([bare, shared, shared])).toBe('[{"a":1},{"x":1},{"x":1}]');
    expect(roundTrip(foreign)).toStrictEqual({
      o: {},
      a: [1],
      d: new Date(5),
      m: new Map([[1, 2]]),
      s: new Set([3]),
      b: new Uint8Array([4]),
    });
  });

  it("refuses bytes that were transferred or cut off, and takes what never had any", () => {
    const bytes = new Uint8Array([1]);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    const lost = "$.bytes has lost its bytes: they were given to another thread";
    expect(refusal({ bytes })).toContain(lost);
    const buffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]);
    const cut = new Uint8Array(buffer, 2, 2);
    Reflect.apply(Reflect.get(buffer, "resize"), buffer, [1]);
    expect(refusal({ bytes: cut })).toContain(lost);
    expect(stringify(new Uint8Array())).toBe('{"$binary":{"base64":"","subType":"00"}}');
  });

  it("calls no toJSON, own or inherited", () => {
    class Trap {
      toJSON() {
        return "called";
      }
    }
    Object.defineProperty(Object.prototype, "toJSON", { value: () => "called", configurable: true });
    try {
      expect(stringify({ a: { b: 1 } })).toBe('{"a":{"b":1}}');
    } finally {
      Reflect.deleteProperty(Object.prototype, "toJSON");
    }
    expect(stringify({ toJSON: "mine" })).toBe('{"toJSON":"mine"}');
    expect(refusal({ toJSON: () => "called" })).toContain("$.toJSON is a function");
    expect(refusal({ a: new Trap() })).toContain("$.a is an instance");
  });

  it("writes what all objects inherit as an own property, be it a setter or not to be assigned to", () => {
    const set = (): never => {
      throw new Error("called");
    };
    const inherited = { called: { set, configurable: true }, fixed: { value: 1, configurable: true } };
    const text = '{"called":1,"fixed":2,"constructor":3,"__proto__":{"a":4}}';
    Object.defineProperties(Object.prototype, inherited);
    try {
      expect(write(JSON.parse(text))).toStrictEqual({ text, parsed: JSON.parse(text) });
    } finally {
      for (const name of Object.keys(inherited)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it("parses what it cannot know: behind a toJSON that arrays inherit, and what nests deeply", () => {
    const nested = (depth: number): unknown => (depth === 0 ? [] : { a: nested(depth - 1) });
    expect(write([1]).parsed).toStrictEqual([1]);
    expect(write(nested(50)).parsed).toStrictEqual(nested(50));
    expect(write(nested(100)).parsed).toBeUndefined();
    const pollute = <T>(value: T): T => {
      Object.defineProperty(Object.prototype, "toJSON", { value: () => "called", configurable: true });
      return value;
    };
    const late = {
      get a() {
        return pollute(1);
      },
    };
    for (const value of [() => pollute([1]), () => pollute({ a: 1 }), () => late]) {
      try {
        expect(write(value()).parsed).toBeUndefined();
      } finally {
        Reflect.deleteProperty(Object.prototype, "toJSON");
      }
    }
  });

  it("reads every property once, so that a getter cannot change what was checked", () => {
    let reads = 0;
    const shifty = {
      get a() {
        reads++;
        return reads === 1 ? 1 : () => "later";
      },
    };
    expect(stringify(shifty)).toBe('{"a":1}');
    expect(reads).toBe(1);
  });

  const cycle: { list: unknown[] } = { list: [1] };
  cycle.list.push({ back: cycle });
  const mapCycle = new Map<unknown, unknown>();
  mapCycle.set("me", mapCycle);

  it.each<[string, unknown]>([
    ["$ is undefined", undefined],
    ["$ is a function", () => 1],
    ["$.a.b[3] is undefined", { a: { b: [0, 1, 2, undefined] } }],
    ["$[1] is undefined", new Array(3).fill(0, 0, 1)],
    ["$.a is a symbol", { a: Symbol("s") }],
    ["$.a has a property whose key is a symbol", { a: { [Symbol("s")]: 1 } }],
    ["$.list[1].back contains itself", cycle],
    ["$.$map[0][1] contains itself", mapCycle],
    ["$.$set[0] is undefined", new Set([undefined])],
    [
      "$.a.$map[1][0] is undefined",
      {
        a: new Map([
          ["x", 1],
          [undefined, 2],
        ] as [unknown, number][]),
      },
    ],
    ['$["odd key"] is an instance', { "odd key": /x/ }],
    ["$ is an instance", new (class Hero {})()],
    ["$.e is an instance", { e: new Error("secret") }],
    ["$[0] is an instance", [Object("boxed")]],
    ["$[0] is an instance", [Object(1n)]],
    ["$ is an instance", new WeakMap()],
    ["$ is an instance", Promise.resolve()],
    ["$ is an instance", new Float64Array(1)],
    ["$ is an instance", new Uint8ClampedArray(1)],
    ["$ is an instance", new ArrayBuffer(1)],
    ["$ is an instance", new (class extends Map {})()],
    ["$ is an instance", new (class extends Date {})()],
    ["$ is an instance", new (class extends Array {})()],
    ["$ is an instance", Object.create(Map.prototype)],
    ["$ is an instance", Object.create({ inherited: 1, nested: Object.create({}) })],
    ["$ has a property whose key is a symbol", Math],
    ["$ is an array with named properties", Object.assign([1], { extra: 1 })],
    ["$ has properties of its own", Object.assign(new Map(), { extra: 1 })],
    ["$ has properties of its own", Object.assign(new Set(), { extra: 1 })],
    ["$ has properties of its own", Object.assign(new Date(0), { extra: 1 })],
    ["$ has properties of its own", Object.assign(new Uint8Array(2), { extra: 1 })],
    ["$.a has properties of its own", { a: Object.assign(new Uint8Array(32), { extra: undefined }) }],
    ["$ has a property whose key is a symbol", Object.assign(new Uint8Array(100_000), { [Symbol("s")]: 1 })],
    ["$.a is an invalid Date", { a: new Date(Number.NaN) }],
  ])("refuses: %s", (sentence, value) => {
    expect(refusal(value)).toContain(`The record cannot be stored: ${sentence}`);
  });

  describe("of integers", () => {
    const longest = `-${"9".repeat(1_000_000)}`;
    const text = (digits: string) => `{"a":{"$bigint":"${digits}"}}`;

    it("writes and reads those of 1,000,000 digits", { timeout: 60_000 }, () => {
      const value = { a: BigInt(longest) };
      expect(stringify(value)).toBe(text(longest));
      expect(Object(parse(text(longest))).a === value.a).toBe(true);
    });

    it("refuses longer ones, in either direction, however long, before it takes time", () => {
      const [first, huge] = [10n ** 1_000_000n, 2n ** 100_000_000n];
      for (const value of [first, -first, huge, -huge])
        expect(refusal({ a: value })).toContain("$.a is an integer of more than 1,000,000 digits");
      for (const digits of [
        `1${"0".repeat(1_000_000)}`,
        `-1${"0".repeat(1_000_000)}`,
        "7".repeat(10_000_000),
      ]) {
        const { message } = errorOf("BABA_JSON", () => parse(text(digits)));
        expect(message).toContain("an integer of more than 1,000,000 digits");
      }
    });

    it("leaves what a user's own objects hold as it is", () => {
      const own = { a: { $bigint: "7".repeat(1_000_001) } };
      expect(parse(stringify(own))).toEqual(own);
    });
  });

  it("takes the dates of a stand-in for Date, as test runners put one there to set the clock", () => {
    const real = new Date(5);
    class Clock extends Date {
      constructor(...time: [number?]) {
        super(time[0] ?? 7);
        Object.defineProperty(this, "constructor", { value: real.constructor, enumerable: false });
      }
    }
    vi.stubGlobal("Date", Clock);
    try {
      const value = { now: new Date(), real };
      expect(stringify(value)).toBe(
        '{"now":{"$date":"1970-01-01T00:00:00.007Z"},"real":{"$date":"1970-01-01T00:00:00.005Z"}}',
      );
      expect(deepEqual(value.now, new Date(7))).toBe(true);
      expect(refusal(Object.assign(new Date(), { extra: 1 }))).toContain("has properties of its own");
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("refuses an accessor and a proxy that throw, naming the place", () => {
    const cause = new Error("no");
    const thrower = {
      get a() {
        throw cause;
      },
    };
    expect(errorOf("BABA_UNSERIALIZABLE", () => stringify({ x: [thrower] })).cause).toBe(cause);
    expect(refusal({ x: [thrower] })).toContain("$.x[0].a cannot be read");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refusal({ x: proxy })).toContain("$.x cannot be read");
  });

  it("refuses what nests deeper than 500 levels, however much of the code is compiled", () => {
    for (let i = 0; i < 2; i++) {
      expect(parse(stringify(nest(500, 1n)))).toEqual(nest(500, 1n));
      expect(refusal(nest(501, 1n))).toContain("nests deeper than 500 levels");
      expect(refusal(nest(1_000_000, 1))).toContain("nests deeper than 500 levels");
      for (let run = 0; run < 300; run++) stringify(nest(400, 1n));
    }
  });

  it("refuses what is too long for the engine", () => {
    // The real limit is half a gigabyte of text, which takes seconds to reach.
    const engine = vi.spyOn(JSON, "stringify").mockImplementation(() => {
      throw new RangeError("Invalid string length");
    });
    try {
      expect(refusal({ id: 1 })).toContain("too large");
    } finally {
      engine.mockRestore();
    }
  });

  it("names no value, and cuts long paths", () => {
    expect(refusal({ token: ["hunter2", () => "hunter2"] })).not.toContain("hunter2");
    expect(refusal(nest(500, undefined)).length).toBeLessThan(600);
    expect(refusal({ ["k".repeat(100_000)]: undefined, ["x".repeat(100_000)]: () => 1 }).length).toBeLessThan(
      600,
    );
  });
});
