import { describe, expect, test } from "vitest";
import { BabaError, type BabaErrorCode } from "../errors.ts";
import { describeError } from "./describe-error.ts";

const SECRET = "s3cret";

describe("describeError()", () => {
  test.each<BabaErrorCode>([
    "BABA_VALIDATION",
    "BABA_SCHEMA_MISMATCH",
    "BABA_NOT_LOADABLE",
    "BABA_UNSERIALIZABLE",
  ])("shows nothing of the message of %s, which may have values", (code) => {
    expect(describeError(new BabaError(code, SECRET))).toBe(code);
    expect(describeError(new BabaError(code, SECRET, { record: "1\n.baba" }))).toBe(`${code}: 1\\u{a}.baba`);
  });

  test("shows the whole message of any other, escaped", () => {
    const long = `${"x".repeat(1000)}\n\u202e`;
    expect(describeError(new BabaError("BABA_IO", long))).toBe(`BABA_IO: ${"x".repeat(1000)}\\u{a}\\u{202e}`);
  });

  test("shows no more of a foreign error than its name, escaped", () => {
    const error = new RangeError(SECRET);
    expect(describeError(error)).toBe("RangeError");
    error.name = "a\nb";
    expect(describeError(error)).toBe("a\\u{a}b");
    expect(describeError(SECRET)).toBe("an unknown error");
    const broken = Object.defineProperty(new Error(SECRET), "name", { value: Object.create(null) });
    expect(describeError(broken)).toBe("an error without a name");
  });
});
