import { createContext, runInContext } from "node:vm";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { BabaError } from "../errors.ts";
import { fromStored, loadableText, parseBytes, validated } from "./model.ts";
import { isSchema, type OutputOf, type Schema } from "./schema.ts";

const Hero = v.object({
  id: v.number(),
  name: v.pipe(v.string(), v.minLength(1)),
  team: v.optional(v.object({ name: v.string(), tags: v.array(v.string()) })),
});
const AsyncHero = v.objectAsync({
  id: v.pipeAsync(
    v.number(),
    v.checkAsync(async (id) => id > 0, "too small"),
  ),
});

const utf8 = (text: string) => new TextEncoder().encode(text);

/** The functions of the model, as those who await them see them. */
const validate = async <S extends Schema>(schema: S, value: unknown) => validated(schema, value);
const textFrom = async <S extends Schema>(schema: S, output: OutputOf<S>) => loadableText(schema, output);
const recordIn = async <S extends Schema>(schema: S, bytes: Uint8Array) =>
  fromStored(schema, parseBytes(bytes));

/** A handwritten schema, as if by another vendor. */
function schemaOf<T>(validate: StandardSchemaV1.Props<unknown, T>["validate"]): StandardSchemaV1<T, T> {
  return {
    "~standard": {
      version: 1,
      vendor: "by hand",
      validate: validate as StandardSchemaV1.Props["validate"] as never,
    },
  };
}

async function errorOf(code: string, work: Promise<unknown>): Promise<BabaError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BabaError);
  expect(error).toMatchObject({ code });
  return error as BabaError;
}

/** Schemas that fail themselves, each in its own way. */
const failing: [string, StandardSchemaV1][] = [
  [
    "throws",
    schemaOf(() => {
      throw new Error("broken");
    }),
  ],
  ["rejects", schemaOf(() => Promise.reject(new Error("broken")))],
  [
    "overflows the stack",
    // Not a tail call, which some engines turn into a loop.
    schemaOf(function again(): StandardSchemaV1.SuccessResult<unknown> {
      return { ...again() };
    }),
  ],
  ["answers nothing", schemaOf((() => undefined) as never)],
  ["answers nonsense", schemaOf((() => ({})) as never)],
  ["answers nonsense later", schemaOf((async () => ({ issues: "many" })) as never)],
  ["has issues that cannot be read", schemaOf(async () => ({ issues: [null as never] }))],
];

describe("validated()", () => {
  it("gives the output of sync and async schemas", async () => {
    const WithDefault = v.object({ id: v.number(), team: v.optional(v.string(), "none") });
    expect(await validate(WithDefault, { id: 1 })).toEqual({ id: 1, team: "none" });
    expect(await validate(AsyncHero, { id: 1 })).toEqual({ id: 1 });
  });

  it("lists each issue with its path, and carries the issues", async () => {
    const error = await errorOf(
      "BABA_VALIDATION",
      validate(Hero, { id: "x", name: "", team: { name: 1, tags: ["a", 2] } }),
    );
    expect(error.message).toContain("id: Invalid type: Expected number");
    expect(error.message).toContain("name: Invalid length");
    expect(error.message).toContain("team.name: Invalid type");
    expect(error.message).toContain("team.tags[1]: Invalid type");
    expect(error.cause).toHaveLength(4);
    expect((await errorOf("BABA_VALIDATION", validate(AsyncHero, { id: -1 }))).message).toContain(
      "id: too small",
    );
    expect((await errorOf("BABA_VALIDATION", validate(Hero, 5))).message).toContain("schema: Invalid type");
  });

  it("reads both forms of a path, and caps what it says", async () => {
    const long = schemaOf(() => ({
      issues: [
        { message: "bad\u001b[2J\n", path: ["a b", 0, { key: "c" }, Symbol("s")] },
        { message: "x".repeat(10_000), path: ["y".repeat(10_000)] },
        ...Array.from({ length: 1_000 }, () => ({ message: "again" })),
      ],
    }));
    const { message } = await errorOf("BABA_VALIDATION", validate(long, 1));
    expect(message).toContain('["a b"][0].c[Symbol(s)]: bad [2J ');
    expect(message).toContain("and 994 more");
    expect(message.length).toBeLessThan(3_000);
  });

  it("lists the issues of a map and a set, whatever the key, and carries them", async () => {
    const Tally = v.object({ map: v.map(v.any(), v.string()), set: v.set(v.string()) });
    const loop: Record<string, unknown> = {};
    loop.itself = loop;
    const keys = [1n, undefined, loop, Object.create(null), () => 1, Symbol("\u009b"), null];
    const tally = { map: new Map(keys.map((key) => [key, 2])), set: new Set([2]) };
    const { message, cause } = await errorOf("BABA_VALIDATION", validate(Tally, tally));
    const shown = ["1", "undefined", "object", "object", "function", "Symbol(\\u{9b})", "null"];
    const paths = [...shown.map((key) => `map[${key}]`), "set[null]"];
    const issues = paths.map((path) => `${path}: Invalid type: Expected string but received 2`);
    expect(message).toBe(`The record does not fit its schema: ${issues.join("; ")}`);
    expect(cause).toHaveLength(keys.length + 1);
  });

  it("says nothing that could reorder or move text on a terminal", async () => {
    const hostile = schemaOf(() => ({ issues: [{ message: "b\u202ea\u2028d", path: ["k\u202ey\u009b"] }] }));
    const { message } = await errorOf("BABA_VALIDATION", validate(hostile, 1));
    expect(message).toContain('["k\\u{202e}y\\u{9b}"]: b a d');
  });

  it.each(failing)("refuses with a cause if the schema %s", async (_, schema) => {
    const error = await errorOf("BABA_VALIDATION", validate(schema, {}));
    expect(error.message).toContain("the schema itself failed");
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("takes an empty list of issues as a refusal", async () => {
    expect(
      (
        await errorOf(
          "BABA_VALIDATION",
          validate(
            schemaOf(() => ({ issues: [] })),
            1,
          ),
        )
      ).message,
    ).toContain("does not say why");
  });

  it("takes a schema that is a function", async () => {
    const schema = Object.assign(
      () => 0,
      schemaOf((value) => ({ value })),
    );
    expect(isSchema(schema)).toBe(true);
    expect(await validate(schema, 7)).toBe(7);
  });
});

describe("loadableText() and fromStored()", () => {
  const Rich = v.object({
    id: v.bigint(),
    born: v.date(),
    key: v.instance(Uint8Array),
    scores: v.map(v.string(), v.number()),
    tags: v.set(v.string()),
    ratio: v.any(),
    team: v.optional(v.string()),
  });

  it("bring a record of every kind back", async () => {
    const hero = {
      id: 7n,
      born: new Date(0),
      key: new Uint8Array([1]),
      scores: new Map([["a", -0]]),
      tags: new Set(["x"]),
      ratio: Number.NEGATIVE_INFINITY,
      team: undefined,
    };
    const text = await textFrom(Rich, await validate(Rich, hero));
    const { team: _, ...stored } = hero;
    expect(await recordIn(Rich, utf8(text))).toStrictEqual(stored);
  });

  it("bring back a Buffer, which comes as plain bytes", async () => {
    const schema = v.object({ key: v.instance(Uint8Array) });
    const text = await textFrom(schema, { key: Buffer.from([1, 2]) });
    expect((await recordIn(schema, utf8(text))).key).toStrictEqual(new Uint8Array([1, 2]));
  });

  it("take any JSON value that the schema allows, sync or async", async () => {
    expect(await textFrom(v.nullable(v.string()), null)).toBe("null");
    expect(await textFrom(AsyncHero, { id: 1 })).toBe('{"id":1}');
    expect(await recordIn(v.array(v.number()), utf8("[1,2]"))).toEqual([1, 2]);
    expect(await recordIn(AsyncHero, utf8('{"id":1}'))).toEqual({ id: 1 });
  });

  it("wait for a schema whose promises come from another realm", async () => {
    const later = runInContext("async (value) => ({ value })", createContext());
    const schema = schemaOf<{ id: number }>(later);
    expect(await validate(schema, { id: 1 })).toEqual({ id: 1 });
    expect(await textFrom(schema, { id: 1 })).toBe('{"id":1}');
    expect(await recordIn(schema, utf8('{"id":1}'))).toEqual({ id: 1 });
  });

  it("give a text that later changes to the record do not reach", async () => {
    const record = { id: 1 };
    const pending = textFrom(v.any(), record);
    record.id = 2;
    expect(await pending).toBe('{"id":1}');
  });
});

describe("loadableText()", () => {
  const oneWay: [string, StandardSchemaV1, unknown, string][] = [
    [
      "another type",
      v.object({ at: v.pipe(v.string(), v.transform(Number)) }),
      { at: 5 },
      "refuses its own output: at:",
    ],
    [
      "another value",
      v.object({
        a: v.number(),
        n: v.pipe(
          v.number(),
          v.transform((n) => n + 1),
        ),
      }),
      { a: 1, n: 2 },
      "at n",
    ],
    ["a lost property", v.object({ a: v.number() }), { a: 1, gone: 2 }, "at gone"],
    ["a new property", v.object({ a: v.optional(v.number(), 1) }), {}, "at a"],
    [
      "a property that must be there and is not stored",
      v.object({ a: v.undefinedable(v.string()) }),
      { a: undefined },
      "make optional what may be undefined",
    ],
    ["a lost sign", v.pipe(v.number(), v.transform(Math.abs)), -0, "into another value"],
    [
      "an async change",
      v.pipeAsync(
        v.number(),
        v.transformAsync(async (n) => n + 1),
      ),
      1,
      "into another value",
    ],
  ];

  it.each(oneWay)("refuses %s with a sentence that explains", async (_, schema, output, sentence) => {
    const error = await errorOf("BABA_NOT_LOADABLE", textFrom(schema, output));
    expect(error.message).toContain(sentence);
    expect(error.message).toContain("one-way transform");
  });

  it.each(failing)("refuses if the schema %s", async (_, schema) => {
    expect((await errorOf("BABA_NOT_LOADABLE", textFrom(schema, {}))).cause).toBeInstanceOf(Error);
  });

  it("refuses what no file can hold, naming the place", async () => {
    const error = await errorOf("BABA_UNSERIALIZABLE", textFrom(v.any(), { a: { b: [() => 1] } }));
    expect(error.message).toContain("$.a.b[0] is a function");
    expect(error.about("1.baba").message).toContain("1.baba: ");
  });

  it("answers each depth with a text or a typed error", async () => {
    const codes = new Set<string>();
    let deep: unknown = 1n;
    // Engines differ in how deep they can go; each limit must be exceeded.
    for (let [depth, last] = [1, Number.POSITIVE_INFINITY]; depth <= last; depth++) {
      deep = [deep];
      if (depth % 500 !== 0) continue;
      const answer: unknown = await textFrom(v.any(), deep).catch((error: unknown) => error);
      if (typeof answer === "string") continue;
      expect(answer).toBeInstanceOf(BabaError);
      codes.add((answer as BabaError).code);
      if (codes.has("BABA_UNSERIALIZABLE")) last = Math.min(last, depth + 2_000);
    }
    codes.delete("BABA_NOT_LOADABLE");
    expect([...codes]).toEqual(["BABA_UNSERIALIZABLE"]);
  });
});

describe("fromStored() of parseBytes()", () => {
  it.each([
    ["BABA_UTF8", new Uint8Array([0x22, 0xff, 0x22]), "not UTF-8"],
    ["BABA_UTF8", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), "not UTF-8"],
    ["BABA_JSON", utf8('{"id":'), "ends too early"],
    ["BABA_JSON", new Uint8Array(0), "ends too early"],
    ["BABA_JSON", new Uint8Array([0xef, 0xbb, 0xbf, 0x31]), "byte order mark"],
    [
      "BABA_SCHEMA_MISMATCH",
      utf8('{"id":1,"name":"A","team":{"name":2,"tags":[]}}'),
      "team.name: Invalid type",
    ],
  ])("refuses with %s: %o", async (code, bytes, sentence) => {
    expect((await errorOf(code, recordIn(Hero, bytes))).message).toContain(sentence);
  });

  it.each([
    ["has a method", () => () => 1],
    [
      "throws when it is asked for one",
      () => {
        throw new Error("broken");
      },
    ],
  ])("refuses a record that would be taken for a promise, as it %s", async (_, get) => {
    // biome-ignore lint/suspicious/noThenProperty: a record that would be taken for a promise
    const record = Object.defineProperty({}, "then", { get });
    const schema = schemaOf(() => ({ value: record }));
    await errorOf("BABA_SCHEMA_MISMATCH", recordIn(schema, utf8("{}")));
  });

  it.each(failing)("refuses with a cause if the schema %s", async (_, schema) => {
    const error = await errorOf("BABA_SCHEMA_MISMATCH", recordIn(schema, utf8("{}")));
    expect(error.cause).toBeInstanceOf(Error);
  });
});

it.each([
  ["BABA_UTF8", new Uint8Array([0x22, 0xff, 0x22])],
  ["BABA_JSON", utf8('{"id":')],
] as const)("parseBytes() says what to do if it refuses with %s", async (code, bytes) => {
  const parsing = (async () => parseBytes(bytes))();
  expect((await errorOf(code, parsing)).message).toMatch(
    /estore (it|the file) from a copy, or write the record again\.$/,
  );
});

describe("isSchema()", () => {
  it.each([undefined, null, 1, "x", {}, () => 1, { "~standard": null }, { "~standard": { validate: 1 } }])(
    "refuses %o",
    (value) => {
      expect(isSchema(value)).toBe(false);
    },
  );

  it("takes valibot's and those made by hand", () => {
    expect([Hero, AsyncHero, schemaOf((value) => ({ value }))].every(isSchema)).toBe(true);
  });
});
