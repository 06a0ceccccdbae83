import { inspect } from "node:util";
import { expect, test } from "vitest";
import { decode } from "./codec/index.ts";
import { BabaError } from "./errors.ts";

test("BabaError.about() names the record if none was named, and keeps the rest", () => {
  const cause = new Error("why");
  const error = new BabaError("BABA_CODEC", "It is damaged.", { offset: 7, cause });
  const named = error.about("heroes/1.baba");
  expect(named).toMatchObject({ code: "BABA_CODEC", record: "heroes/1.baba", offset: 7, cause });
  expect(named.message).toBe("heroes/1.baba: It is damaged.");
  expect(named.stack).toBe(error.stack);
  expect(named.about("2.baba")).toBe(named);
});

test("BabaError.offset is there for faults of a text alone", () => {
  expect(() => decode(new TextEncoder().encode("011120 49?"))).toThrow(
    expect.objectContaining({ offset: 9 }),
  );
  expect(new BabaError("BABA_CODEC", "WebAssembly is not allowed.").offset).toBeUndefined();
});

test("BabaError has a record and an offset of its own only where they say something", () => {
  const plain = new BabaError("BABA_CLOSED", "It was closed.");
  expect(plain).toMatchObject({ record: undefined, offset: undefined });
  expect(inspect(plain)).not.toContain("undefined");
  expect(JSON.parse(JSON.stringify(plain))).toEqual({ name: "BabaError", code: "BABA_CLOSED" });
  expect(Object.keys(plain.about("1.baba"))).toEqual(["name", "code", "record"]);
  const full = new BabaError("BABA_CODEC", "It is bad.", { record: "", offset: 0 });
  expect(full).toMatchObject({ record: "", offset: 0 });
});
