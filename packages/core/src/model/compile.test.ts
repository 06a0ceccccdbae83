import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { compiled, UNSURE } from "./compile.ts";
import { accepts, copyOf, outputOf } from "./compiled.fixture.ts";
import { fillsIn } from "./idempotence.ts";
import { parse, plainText, stringify } from "./json.ts";
import { loadableText, plainOutput } from "./model.ts";
import type { Schema } from "./schema.ts";
import { asked, type Kind, kinds, withInputs } from "./schemas.fixture.ts";

const RUNS = 5000;

const Person = v.object({
  id: v.pipe(v.number(), v.integer()),
  name: v.string(),
  team: v.optional(v.string()),
  size: v.exactOptional(v.number()),
  active: v.boolean(),
  mood: v.picklist(["good", "bad"]),
  home: v.nullable(v.object({ city: v.string(), zip: v.nullish(v.string()) })),
  tags: v.array(v.string()),
});
const alice = {
  id: 1,
  name: "Alice",
  team: "red",
  size: 1.5,
  active: true,
  mood: "good",
  home: { city: "Osaka", zip: null },
  tags: ["a", "b"],
} as const;

/** Whether two values are the same to a program, which sees the order of keys. */
function areSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) && JSON.stringify(a) === JSON.stringify(b);
}

const name = fc.constantFrom("a", "b", "c", "1", "0");
const scalar = fc.constantFrom<Kind>(
  { schema: v.string(), inputs: fc.string({ maxLength: 3 }) },
  { schema: v.number(), inputs: fc.oneof(fc.double(), fc.constantFrom(-0, 1)) },
  { schema: v.boolean(), inputs: fc.boolean() },
  { schema: v.null(), inputs: fc.constant(null) },
  { schema: v.literal("a"), inputs: fc.constantFrom("a", "b") },
  { schema: v.pipe(v.number(), v.minValue(0)), inputs: fc.oneof(fc.integer(), fc.constant(-0)) },
  { schema: v.pipe(v.string(), v.maxLength(2), v.brand("short")), inputs: fc.string({ maxLength: 3 }) },
  { schema: v.union([v.string(), v.null()]), inputs: fc.constantFrom("a", null) },
);
const wrappers = [v.optional, v.exactOptional, v.nullable, v.nullish].map(
  (make) =>
    (schema: v.GenericSchema): v.GenericSchema =>
      Reflect.apply(make, undefined, [schema]),
);

/** Schemas that are compiled, up to this depth. */
function compilable(depth: number): fc.Arbitrary<Kind> {
  if (depth === 0) return scalar;
  const inner = fc.oneof(scalar, compilable(depth - 1));
  const wrapped = fc.tuple(inner, fc.constantFrom(...wrappers)).map(
    ([{ schema, inputs }, wrap]): Kind => ({
      schema: wrap(schema),
      inputs: fc.oneof(
        { arbitrary: inputs, weight: 4 },
        { arbitrary: fc.constantFrom(null, undefined), weight: 1 },
      ),
    }),
  );
  return fc.oneof(
    inner.map(
      ({ schema, inputs }): Kind => ({ schema: v.array(schema), inputs: fc.array(inputs, { maxLength: 3 }) }),
    ),
    fc
      .tuple(fc.array(fc.tuple(name, fc.oneof(inner, wrapped)), { maxLength: 4 }), fc.boolean())
      .map(([parts, isStrict]): Kind => {
        const entries = Object.fromEntries(parts.map(([key, { schema }]) => [key, schema]));
        const inputs = Object.fromEntries(parts.map(([key, part]) => [key, part.inputs]));
        const optional = parts
          .filter(([, { schema }]) => /optional|nullish/.test(schema.type))
          .map(([key]) => key);
        const requiredKeys = Object.keys(inputs).filter((key) => !optional.some((one) => one === key));
        const schema = isStrict ? v.strictObject(entries) : v.object(entries);
        return { schema, inputs: fc.record(inputs, { requiredKeys }) };
      }),
  );
}

/** Objects with their keys in any order, and more of them. */
const disordered = fc.dictionary(name, fc.constantFrom("a", 1, null, true, [], {}, new Date(0)));
const cases = fc
  .oneof({ arbitrary: compilable(2), weight: 4 }, { arbitrary: kinds(2), weight: 1 })
  .chain(withInputs);

describe("compiled(), compared with the schema itself", () => {
  it("copies a value as the schema does, or is not sure", () => {
    const sure = { times: 0 };
    fc.assert(
      fc.property(cases, disordered, ([schema, inputs], other) => {
        for (const input of [...inputs, other]) {
          const copy = copyOf(schema, input);
          if (copy === UNSURE) continue;
          sure.times += 1;
          expect(areSame(copy, outputOf(schema, input))).toBe(true);
          expect(plainText(copy)).toBe(loadableText(schema, copy as never));
        }
      }),
      { numRuns: RUNS },
    );
    expect(sure.times).toBeGreaterThan(RUNS / 4);
  });

  it("accepts what a text holds only if the schema returns the same", () => {
    const sure = { times: 0 };
    fc.assert(
      fc.property(cases, fc.json(), disordered, ([schema, inputs], json, other) => {
        const texts = inputs.map((input) => textOf(outputOf(schema, input)));
        for (const text of [...texts, json, JSON.stringify(other)]) {
          const stored = ofText(text);
          if (!accepts(schema, stored)) continue;
          sure.times += 1;
          expect(areSame(outputOf(schema, stored), stored)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
    expect(sure.times).toBeGreaterThan(RUNS / 4);
  });
});

/** The text of a record as it is stored, or of nothing if it cannot be. */
function textOf(record: unknown): string {
  try {
    return stringify(record);
  } catch {
    return "null";
  }
}

/** What a record's text is parsed to, extended forms included. */
function ofText(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** The same schema or check with another run. */
function replacedRun<T extends object>(part: T, run: (dataset: { value: unknown }) => unknown): T {
  return { ...part, "~run": run };
}

function replacedValidate(schema: Schema, validate: Schema["~standard"]["validate"]): Schema {
  return { ...schema, "~standard": { ...schema["~standard"], validate } };
}

function trim({ value }: { value: unknown }): object {
  return { typed: true, value: String(value).trim() };
}

describe("compiled()", () => {
  it("is sure of valibot's objects, arrays and scalars", () => {
    expect(copyOf(Person, alice)).toStrictEqual(alice);
    expect(copyOf(Person, { ...alice, more: new Date() })).toStrictEqual(alice);
    expect(accepts(Person, JSON.parse(JSON.stringify(alice)))).toBe(true);
    const Door = v.object({ state: v.union([v.literal("open"), v.literal("shut"), v.null()]) });
    for (const state of ["open", null]) expect(copyOf(Door, { state })).toStrictEqual({ state });
    for (const state of ["ajar", {}]) expect(accepts(Door, { state })).toBe(false);
    const { team, size, ...rest } = { ...alice, home: null };
    expect(copyOf(Person, rest)).toStrictEqual(rest);
    expect(accepts(Person, { ...rest })).toBe(true);
    expect(accepts(v.nullable(Person), { ...rest })).toBe(true);
  });

  it("is not sure of what a strict object does not list", () => {
    const Strict = v.strictObject({ id: v.number(), team: v.optional(v.string()) });
    expect(copyOf(Strict, { id: 1 })).toStrictEqual({ id: 1 });
    expect(accepts(Strict, { id: 1, team: "red" })).toBe(true);
    expect(copyOf(Strict, { id: 1, more: 1 })).toBe(UNSURE);
    expect(copyOf(Strict, Object.assign(Object.create({ more: 1 }), { id: 1 }))).toBe(UNSURE);
    expect(accepts(Strict, { id: 1, more: 1 })).toBe(false);
  });

  it("copies all that the caller might change", () => {
    const record = structuredClone(alice);
    const copy = copyOf(Person, record);
    Object.assign(record.home, { city: "elsewhere" });
    Reflect.apply(Array.prototype.push, record.tags, ["c"]);
    expect(copy).toStrictEqual(alice);
  });

  it.each<[string, Record<string, unknown>]>([
    ["a property too many", { ...alice, more: 1 }],
    ["another order", Object.fromEntries(Object.entries(alice).reverse())],
    ["a property missing", { ...alice, tags: undefined }],
    ["another type", { ...alice, name: 1 }],
    ["a requirement not met", { ...alice, id: 1.5 }],
    ["a wrong element", { ...alice, tags: ["a", 1] }],
    ["null", { ...alice, team: null }],
  ])("is not sure of a stored record with %s", (_, record) => {
    expect(accepts(Person, record)).toBe(false);
  });

  it.each<[string, unknown]>([
    ["an array", []],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["bytes", new Uint8Array()],
  ])("does not accept %s of which the schema makes an object", (_, stored) => {
    const Team = v.object({ name: v.optional(v.string()) });
    expect(outputOf(Team, stored)).toStrictEqual({});
    expect(accepts(Team, stored)).toBe(false);
    expect(copyOf(Team, stored)).toStrictEqual({});
  });

  it.each<[string, Schema]>([
    ["another maker's", asked(Person, "by hand").schema],
    ["one whose validate was replaced", asked(Person).schema],
    ["one whose validate rejects", replacedValidate(Person, () => Promise.reject(new Error("no")))],
    [
      "one whose validate throws",
      replacedValidate(Person, () => {
        throw new Error("no");
      }),
    ],
    ["a scalar whose validate was replaced", asked(v.string()).schema],
    ["one with a property that is unknown", { ...Person, further: 1 } as Schema],
    ["one whose run was replaced", { ...Person, "~run": () => ({ typed: true, value: {} }) } as Schema],
    ["one with a configuration of its own", v.config(Person, { abortEarly: true })],
    ["one that transforms a part", v.object({ name: v.pipe(v.string(), v.trim()) })],
    ["one with a default", v.object({ team: v.optional(v.string(), "none") })],
    ["one with a replaced array", v.object({ tags: asked(v.array(v.string())).schema as v.GenericSchema })],
    ["one with a name like a tag's", v.object({ $date: v.string() })],
    ["a pipe", v.pipe(v.object({ id: v.number() }), v.readonly())],
    ["a record", v.record(v.string(), v.string())],
    [
      "one that inherits entries",
      v.object(Object.assign(Object.create({ id: v.number() }), { name: v.string() })),
    ],
    ["one without a maker", { ...Person, reference: undefined } as unknown as Schema],
    ["one whose maker throws", { ...Person, reference: () => expect.fail() } as unknown as Schema],
  ])("leaves %s alone", (_, schema) => {
    expect(compiled(schema)).toBeUndefined();
  });

  it("runs what has replaced the run of a scalar, and not the replaced validate, as an object does", () => {
    const isEven = (dataset: { value: unknown }): object =>
      Number(dataset.value) % 2 === 0 ? { ...dataset, typed: true } : { ...dataset, issues: ["odd"] };
    const id = { ...asked(v.number()).schema, "~run": isEven } as unknown as v.GenericSchema;
    for (const one of [2, 3]) {
      expect(copyOf(v.object({ id }), { id: one })).toStrictEqual(one === 2 ? { id: 2 } : UNSURE);
      expect(accepts(v.object({ id }), { id: one })).toBe(one === 2);
    }
  });

  it.each<[string, v.GenericSchema]>([
    ["a scalar's run", replacedRun(v.string(), trim)],
    ["a pipe's run", replacedRun(v.pipe(v.string(), v.minLength(1)), trim)],
    ["a check's run", v.pipe(v.string(), replacedRun(v.minLength<string, 1>(1), trim))],
    ["a scalar's run by an asynchronous one", replacedRun(v.string(), async (dataset) => trim(dataset))],
  ])("is not sure of what another value becomes of, where something has replaced %s", (_, name) => {
    for (const schema of [v.object({ name }), v.array(name)]) {
      const value = schema.type === "array" ? [" Alice "] : { name: " Alice " };
      expect(copyOf(schema, value)).toBe(UNSURE);
      expect(accepts(schema, value)).toBe(false);
    }
  });

  it("compiles a part once, however often it occurs in a schema", () => {
    const levels = 28;
    let part: v.GenericSchema = v.string();
    for (let i = 0; i < levels; i++) part = v.nullable(v.object({ left: part, right: part }));
    const Tree = v.object({ root: part });
    const tree = { root: { left: null, right: { left: null, right: null } } };
    expect(copyOf(Tree, tree)).toStrictEqual(tree);
    expect(fillsIn(Tree)).toBe(false);
  });

  it("copies what a record inherits, and what a getter returns, asking once", () => {
    let times = 0;
    class Hero {
      readonly name = "Alice";
      get id(): number {
        return ++times;
      }
    }
    const schema = v.object({ id: v.number(), name: v.string() });
    expect(copyOf(schema, { id: 0, name: "Bob" })).toStrictEqual({ id: 0, name: "Bob" });
    expect(copyOf(schema, new Hero())).toStrictEqual({ id: 1, name: "Alice" });
    expect(copyOf(schema, Object.create({ id: 1, name: "Alice" }))).toStrictEqual({ id: 1, name: "Alice" });
  });

  it("is not sure of a record that throws", () => {
    const record = {
      get name(): string {
        throw new Error("no name");
      },
    };
    expect(copyOf(v.object({ name: v.string() }), record)).toBe(UNSURE);
  });
});

describe("plainOutput()", () => {
  it("is not sure while all objects have a toJSON", () => {
    expect(plainOutput(Person, alice)).toStrictEqual(alice);
    Object.defineProperty(Object.prototype, "toJSON", { value: () => 1, configurable: true });
    try {
      expect(plainOutput(Person, alice)).toBe(UNSURE);
    } finally {
      Reflect.deleteProperty(Object.prototype, "toJSON");
    }
  });
});
