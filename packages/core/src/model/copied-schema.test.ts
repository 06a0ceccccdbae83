import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { UNSURE } from "./compile.ts";
import { accepts, copyOf, outputOf } from "./compiled.fixture.ts";
import type { Schema } from "./schema.ts";

describe("compiled()", () => {
  it("asks a schema first whether its validate is its own: a copy of a schema has the original's", () => {
    const Hero = v.object({ id: v.number(), name: v.string() });
    const hero = { id: 1, name: "Alice" };
    for (const entries of [{ id: v.number() }, { ...Hero.entries, team: v.optional(v.string()) }]) {
      const schema = { ...Hero, entries } as unknown as Schema;
      const record = { ...hero, team: "red" };
      expect(outputOf(schema, record)).toStrictEqual(hero);
      for (const _ of [1, 2]) expect(copyOf(schema, record)).toBe(UNSURE);
      const stored = "team" in entries ? record : { id: 1 };
      const another = { ...Hero, entries } as unknown as Schema;
      for (const _ of [1, 2]) expect(accepts(another, stored)).toBe(false);
    }
  });

  it("is not sure of a copy of a schema with more or fewer optional entries, also after a record without them", () => {
    const [id, team] = [v.number(), v.optional(v.string())];
    const [Few, Many] = [v.object({ id }), v.object({ id, team })];
    for (const [original, entries] of [[Few, Many.entries] as const, [Many, Few.entries] as const]) {
      const [copied, read] = [1, 2].map(() => ({ ...original, entries }) as unknown as Schema);
      for (const record of [{ id: 1 }, { id: 2, team: "red" }]) {
        expect(copied && copyOf(copied, record)).toBe(UNSURE);
        expect(read && accepts(read, record)).toBe(false);
      }
    }
  });

  it("is not sure of a copy of a schema with a looser optional entry, also after a record without it", () => {
    const Short = v.object({ id: v.number(), name: v.optional(v.pipe(v.string(), v.maxLength(3))) });
    const entries = { ...Short.entries, name: v.optional(v.string()) };
    const [copied, read] = [1, 2].map((): Schema => ({ ...Short, entries }) as unknown as Schema);
    for (const record of [{ id: 1 }, { id: 2, name: "too long" }]) {
      expect(copied && copyOf(copied, record)).toBe(UNSURE);
      expect(read && accepts(read, record)).toBe(false);
    }
  });

  it("leaves a schema as it was, and asks no code of its parts, to find out whether it validates by its own", () => {
    const frozen = Object.freeze(v.object({ id: v.number() }));
    expect(copyOf(frozen, { id: 1 })).toBe(UNSURE);
    const schema = v.object({ id: v.number() });
    const before = Object.getOwnPropertyDescriptors(schema);
    expect(copyOf(schema, { id: 1 })).toStrictEqual({ id: 1 });
    expect(Object.getOwnPropertyDescriptors(schema)).toStrictEqual(before);
  });
});
