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
