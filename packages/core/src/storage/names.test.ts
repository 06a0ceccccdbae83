import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BabaError } from "../errors.ts";
import { printable } from "../printable.ts";
import { checkFolderName, checkRecordName, compareNames, defaultRecordName } from "./names.ts";

const code = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof BabaError ? error.code : error;
  }
};

describe("checkRecordName()", () => {
  const good = [
    "1.baba",
    "heroes/bob.baba",
    "Zoë/勇者.baba",
    "-1.baba",
    "a.b.baba",
    "a b.baba",
    "console.baba",
    `${"x".repeat(195)}.baba`,
    `${"a/".repeat(31)}1.baba`,
    `${`${"x".repeat(199)}/`.repeat(5)}${"x".repeat(19)}.baba`,
  ];
  test.each(good)("accepts %j", (name) => {
    expect(checkRecordName(name)).toBe(name.normalize("NFC"));
  });

  const bad: readonly unknown[] = [
    "",
    "1",
    "1.txt",
    ".baba",
    "a/.baba",
    "/1.baba",
    "../1.baba",
    "a/../1.baba",
    "./1.baba",
    "a//1.baba",
    "a/",
    "a/1.baba/",
    ".hidden/1.baba",
    ".x.baba",
    "a\0.baba",
    "a\n.baba",
    "a\x7f.baba",
    "a\\b.baba",
    "a:b.baba",
    "a*.baba",
    "a?.baba",
    'a".baba',
    "a<.baba",
    "a>.baba",
    "a|.baba",
    "folder./1.baba",
    "folder /1.baba",
    "CON.baba",
    "con.baba",
    "nul/1.baba",
    "COM1.x.baba",
    "lpt¹.baba",
    "CONIN$.baba",
    "aux .baba",
    `${"x".repeat(196)}.baba`,
    `${"é".repeat(98)}.baba`,
    `${"x".repeat(300)}.baba`,
    `${"a/".repeat(32)}1.baba`,
    `${`${"x".repeat(199)}/`.repeat(5)}${"x".repeat(20)}.baba`,
    `${`${"é".repeat(100)}/`.repeat(5)}${"é".repeat(8)}.baba`,
    "x.baba/1.baba",
    "X.BABA/1.baba",
    "\ud800.baba",
    "1.BABA",
    undefined,
    null,
    7,
    {},
    ["1.baba"],
  ];
  test.each(bad.map((name) => [name]))("refuses %j with BABA_NAME", (name) => {
    expect(code(() => checkRecordName(name))).toBe("BABA_NAME");
  });

  test("brings names to NFC, so that one name has one form", () => {
    expect(checkRecordName("Zoe\u0308.baba")).toBe("Zo\u00eb.baba");
  });

  test("says what is too much of a name that is too deep or too long", () => {
    expect(() => checkRecordName(`${"a/".repeat(32)}1.baba`)).toThrow("has more than 32 segments");
    expect(() => checkRecordName(`${"a/".repeat(2000)}1.baba`)).toThrow("has more than 1024 bytes");
  });

  test("gives a legal name or BABA_NAME for any text, and is its own fixed point", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const name = code(() => checkRecordName(`${text}.baba`));
        if (name !== "BABA_NAME") expect(checkRecordName(name)).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("checkFolderName()", () => {
  test.each([".", "heroes", "a/b c/d", `a${"/a".repeat(31)}`])("accepts %j", (name) => {
    expect(checkFolderName(name)).toBe(name);
  });
  test.each(["", "/", "a/", "..", "./a", ".baba", "a/.b", "x.baba", "con", "a\\b", `a${"/a".repeat(32)}`])(
    "refuses %j with BABA_NAME",
    (name) => {
      expect(code(() => checkFolderName(name))).toBe("BABA_NAME");
    },
  );
});

describe("defaultRecordName()", () => {
  test('gives one name for 1, "1" and 1n', () => {
    for (const id of [1, "1", 1n]) expect(defaultRecordName({ id })).toBe("1.baba");
    expect(defaultRecordName({ id: -0 })).toBe("0.baba");
    expect(defaultRecordName({ id: -(10n ** 150n) })).toBe(`-1${"0".repeat(150)}.baba`);
  });
  test.each([
    [{}],
    [{ id: 1.5 }],
    [{ id: null }],
    [{ id: 2 ** 53 }],
    [{ id: Number.NaN }],
    [[1]],
    [null],
    ["text"],
  ])("refuses %j with BABA_ID_MISSING", (record) => {
    expect(code(() => defaultRecordName(record))).toBe("BABA_ID_MISSING");
  });
  test.each(["a/b", "", "..", "con", ".x", "a:b", "x.", "x "])("refuses the id %j with BABA_NAME", (id) => {
    expect(code(() => defaultRecordName({ id }))).toBe("BABA_NAME");
  });
  test("says of an id that makes no name that it is the id, and how the record can have it all the same", () => {
    for (const id of ["a/b", "", "2026-11-28T17:52:00.000Z", 10n ** 200n]) {
      expect(() => defaultRecordName({ id })).toThrow(
        /^The name ".*" .+\. Without a file name the record's `id` serves as one: .* give a file name as the last argument\.$/,
      );
    }
  });
  test("refuses a bigint of too many digits with BABA_NAME", () => {
    expect(code(() => defaultRecordName({ id: 10n ** 200n }))).toBe("BABA_NAME");
  });
});

test("compareNames() orders as the UTF-8 bytes do", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      expect(Math.sign(compareNames(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});

test("printable() leaves nothing that moves a cursor, ends a line or turns the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
    }),
  );
  expect(printable("\u001b[31m")).toBe("\\u{1b}[31m");
  expect(printable("x".repeat(300))).toHaveLength(203);
});
