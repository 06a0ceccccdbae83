import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { loadableText, validated } from "./model.ts";
import type { Schema } from "./schema.ts";

const NAMES = ["__proto__", "prototype", "constructor"];

/** What is stored of an object, or of a map, of those keys and one more. */
async function storedOf(schema: Schema, record: unknown): Promise<string> {
  return loadableText(schema, await validated(schema, record));
}

describe("a record whose keys are free", () => {
  const text = `{${[...NAMES, "toString"].map((name) => `"${name}":1`).join()}}`;

  it("keeps __proto__, prototype and constructor if the schema does, as v.any() and a map do", async () => {
    expect(await storedOf(v.any(), JSON.parse(text))).toBe(text);
    const map = new Map(NAMES.map((name) => [name, 1]));
    const pairs = NAMES.map((name) => `["${name}",1]`).join();
    expect(await storedOf(v.map(v.string(), v.number()), map)).toBe(`{"$map":[${pairs}]}`);
  });

  // The documents say so: if valibot changes this, they have to.
  it("loses them by v.record(), v.looseObject() and v.objectWithRest(), whose output lacks them", async () => {
    const free = [v.record(v.string(), v.number()), v.looseObject({}), v.objectWithRest({}, v.number())];
    for (const schema of free) expect(await storedOf(schema, JSON.parse(text))).toBe('{"toString":1}');
  });
});
