import { describe, expect, test } from "vitest";
import { counted, printable } from "./printable.ts";

describe("printable()", () => {
  test.each([
    ["control characters", "\0\n\u001b\u0085", "\\u{0}\\u{a}\\u{1b}\\u{85}"],
    ["direction characters", "\u202e\u2066\u200d", "\\u{202e}\\u{2066}\\u{200d}"],
    ["line characters", "\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["halves of a surrogate pair", "a\ud83db\udc68", "a\\u{d83d}b\\u{dc68}"],
  ])("escapes %s", (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test("leaves whole characters of any script as they are", () => {
    expect(printable("Zoë 日本 \u{1f468}")).toBe("Zoë 日本 \u{1f468}");
  });

  test("cuts text that is longer than the limit, and escapes half a character at the cut", () => {
    expect(printable("x".repeat(200))).toBe("x".repeat(200));
    expect(printable("x".repeat(201))).toBe(`${"x".repeat(200)}...`);
    expect(printable("ab\u{1f468}", 3)).toBe("ab\\u{d83d}...");
  });
});

test("counted() uses the plural for every number but one", () => {
  expect([0, 1, 2].map((count) => counted(count, "record"))).toEqual(["0 records", "1 record", "2 records"]);
});
