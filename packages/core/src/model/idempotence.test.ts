import * as fc from "fast-check";
import * as v from "valibot";
import { afterEach, describe, expect, it } from "vitest";
import { isIdempotentFor } from "./idempotence.ts";
import { loadableText, textOfOutput } from "./model.ts";
import type { Schema } from "./schema.ts";
import { asked, kinds, withInputs } from "./schemas.fixture.ts";

const RUNS = 3000;

/** Whether the schema is known to be idempotent for this input's output. */
function known(schema: Schema, input: unknown): boolean {
  const outcome = schema["~standard"].validate(input);
  if (outcome instanceof Promise || outcome.issues) throw new Error("The schema refuses the input.");
  return isIdempotentFor(schema, outcome.value);
}

function ofRun<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    return error as Error;
  }
}

describe("isIdempotentFor() knows it of", () => {
  it.each<[string, Schema, unknown]>([
    ["scalars", v.string(), "Alice"],
    [
      "an object",
      v.object({ id: v.number(), active: v.boolean(), gone: v.null() }),
      { id: 1, active: true, gone: null },
    ],
    ["an object of which more is given", v.object({ id: v.number() }), { id: 1, more: new Date() }],
    ["a strict object", v.strictObject({ id: v.number() }), { id: 1 }],
    ["arrays of objects", v.array(v.object({ tags: v.array(v.string()) })), [{ tags: ["a"] }, { tags: [] }]],
    ["a record", v.record(v.string(), v.number()), { one: 1 }],
    ["choices", v.union([v.picklist(["a", "b"]), v.literal(1), v.enum({ up: 2 })]), 2],
    ["a default for null around a default", v.nullable(v.optional(v.string(), "x"), "y"), undefined],
    ["what is optional, and there", v.object({ team: v.optional(v.string()) }), { team: "red" }],
    [
      "what is optional, and not there",
      v.object({ team: v.optional(v.string()), size: v.exactOptional(v.number()) }),
      {},
    ],
    [
      "a default",
      v.object({ team: v.optional(v.string(), "none"), at: v.optional(v.number(), () => 1) }),
      {},
    ],
    [
      "what may be null",
      v.object({ a: v.nullable(v.number()), b: v.nullish(v.string(), "x") }),
      { a: null, b: null },
    ],
    [
      "checks of valibot's own",
      v.object({
        id: v.pipe(v.number(), v.integer(), v.minValue(1)),
        name: v.pipe(
          v.string(),
          v.title("Name"),
          v.nonEmpty(),
          v.regex(/^\w+$/),
          v.brand("Name"),
          v.readonly(),
        ),
      }),
      { id: 1, name: "Alice" },
    ],
    ["a pipe in a pipe", v.pipe(v.pipe(v.string(), v.minLength(1)), v.maxLength(9), v.string()), "Alice"],
  ])("%s", (_, schema, input) => {
    expect(known(schema, input)).toBe(true);
  });
});

describe("isIdempotentFor() knows nothing of", () => {
  const Anything = v.object({ id: v.any() });

  it.each<[string, Schema, unknown]>([
    ["another maker's schema", asked(v.string(), "by hand").schema, "a"],
    ["a transformation", v.pipe(v.string(), v.trim()), "a"],
    [
      "a transformation in the pipe of a pipe",
      v.pipe(
        v.pipe(
          v.string(),
          v.transform((text) => `${text}!`),
        ),
        v.minLength(1),
      ),
      "a",
    ],
    [
      "a default that an earlier step of its pipe may refuse",
      v.pipe(v.nullable(v.pipe(v.string(), v.maxLength(3))), v.nullable(v.string(), "unknown")),
      "abc",
    ],
    [
      "a second schema of objects",
      v.pipe(v.object({ a: v.optional(v.string()) }), v.object({ a: v.optional(v.string(), "long") })),
      { a: "a" },
    ],
    ["a transformation below", v.array(v.object({ a: v.optional(v.pipe(v.string(), v.toUpperCase())) })), []],
    [
      "a user's check",
      v.pipe(
        v.string(),
        v.check((text) => text !== "b"),
      ),
      "a",
    ],
    [
      "a user's raw check",
      v.pipe(
        v.string(),
        v.rawCheck(() => undefined),
      ),
      "a",
    ],
    ["an expression that remembers", v.pipe(v.string(), v.regex(/a/g)), "a"],
    ["a sticky expression", v.pipe(v.string(), v.regex(/a/y)), "a"],
    ["a fallback", v.fallback(v.string(), "x"), "a"],
    ["a fallback in a pipe", v.pipe(v.fallback(v.string(), "x"), v.minLength(1)), "a"],
    ["a computed default for null", v.nullable(v.string(), () => "x"), "a"],
    [
      "a default for null, where a default within gives null",
      v.object({ a: v.nullable(v.pipe(v.nullish(v.string(), null), v.readonly()), "x") }),
      { a: undefined },
    ],
    ["objects to choose from", v.union([v.object({ a: v.number() }), v.object({ b: v.number() })]), { b: 1 }],
    ["a key that objects inherit", v.object({ constructor: v.optional(v.string()) }), Object.create(null)],
    ["whatever there is", Anything, { id: 1 }],
    ["a loose object", v.looseObject({}), {}],
    ["a record whose keys are changed", v.record(v.pipe(v.string(), v.trim()), v.number()), { a: 1 }],
    ["a lazy schema", v.lazy(() => v.string()), "a"],
    ["a custom schema", v.custom<string>(() => true), "a"],
    ["a cached schema", v.cache(v.string()), "a"],
    ["NaN", v.literal(Number.NaN), Number.NaN],
    ["an infinity", v.number(), Number.POSITIVE_INFINITY],
    ["-0", v.array(v.number()), [-0]],
    ["a property of value undefined", v.object({ a: v.optional(v.string()) }), { a: undefined }],
    [
      "a copy of a schema that transforms, with other entries",
      Object.assign({}, v.object({ a: v.optional(v.pipe(v.string(), v.trim())) }), {
        entries: { a: v.optional(v.string()) },
      }),
      {},
    ],
    ["what may be a tag", v.object({ $date: v.string() }), { $date: "2026" }],
    ["what may be a tag, below", v.array(v.record(v.string(), v.string())), [{ $oid: "a" }]],
  ])("%s", (_, schema, input) => {
    expect(known(schema, input)).toBe(false);
  });

  it("an async schema", () => {
    expect(isIdempotentFor(v.objectAsync({}), {})).toBe(false);
  });

  it("an object with another prototype", () => {
    expect(isIdempotentFor(v.object({}), Object.create({ a: 1 }))).toBe(false);
  });

  it("a value too deep, or with a cycle", () => {
    const deep: { next?: unknown } = {};
    deep.next = deep;
    expect(isIdempotentFor(v.record(v.string(), v.string()), deep)).toBe(false);
  });

  it("a schema too deep, or that holds itself", () => {
    const item = v.array(v.string());
    const schema = Object.assign(item, { item });
    expect(isIdempotentFor(schema, [])).toBe(false);
  });

  describe("any value", () => {
    afterEach(() => void Reflect.deleteProperty(Object.prototype, "toJSON"));

    it("while all objects have a toJSON", () => {
      Object.defineProperty(Object.prototype, "toJSON", { value: () => "x", configurable: true });
      expect(known(v.object({ id: v.number() }), { id: 1 })).toBe(false);
    });
  });
});

describe("textOfOutput()", () => {
  const Hero = v.object({ id: v.number(), name: v.string() });

  it("asks a schema whose validate is known once, and not for every record", () => {
    const { schema, times } = asked(Hero);
    for (const id of [1, 2, 3])
      expect(textOfOutput(schema, { id, name: "Alice" })).toBe(`{"id":${id},"name":"Alice"}`);
    expect(times()).toBe(1);
  });

  it("asks other schemas for every record", () => {
    const { schema, times } = asked(Hero, "by hand");
    for (const id of [1, 2, 3])
      expect(textOfOutput(schema, { id, name: "Alice" })).toBe(`{"id":${id},"name":"Alice"}`);
    expect(times()).toBe(3);
  });

  it("refuses the first record of a schema whose validate is not its own", () => {
    const schema = {
      ...Hero,
      "~standard": { ...Hero["~standard"], validate: () => ({ value: { id: 2, name: "Bob" } }) },
    };
    for (const id of [1, 3])
      expect(() => textOfOutput(schema, { id, name: "Bob" })).toThrow(
        "turns its own output into another value",
      );
  });

  it("gives the text, or the error, of the whole proof, for any schema and any value", () => {
    let [unasked, refused] = [0, 0];
    fc.assert(
      fc.property(kinds(3).chain(withInputs), ([schema, inputs]) => {
        for (const input of inputs) {
          const outcome = schema["~standard"].validate(input);
          if (outcome instanceof Promise || outcome.issues) continue;
          if (isIdempotentFor(schema, outcome.value)) unasked++;
          const whole = ofRun(() => loadableText(schema, outcome.value));
          if (whole instanceof Error) refused++;
          expect(ofRun(() => textOfOutput(schema, outcome.value))).toEqual(whole);
        }
      }),
      { numRuns: RUNS },
    );
    // If one of these never happened, nothing would be compared.
    expect(unasked).toBeGreaterThan(RUNS / 5);
    expect(refused).toBeGreaterThan(RUNS / 100);
  }, 120_000);
});
