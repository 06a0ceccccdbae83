import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { documents } from "./document-blocks.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = readFileSync(join(root, "packages/core/src/errors.ts"), "utf8");
const codes = codesOfType(source);
const told = rowsOf(source);
const readme = rowsOf(readFileSync(join(root, "README.md"), "utf8"));

describe("the error codes", () => {
  test("are read from the type by codesOfType(), and from both tables by rowsOf()", () => {
    expect(codesOfType('export type BabaErrorCode = "BABA_A"\n  | "BABA_B";\n"BABA_C";')).toEqual([
      "BABA_A",
      "BABA_B",
    ]);
    expect([...rowsOf(" * | `BABA_A` | one |\n| `BABA_B` | two |\n| --- | --- |")]).toEqual([
      ["BABA_A", "one"],
      ["BABA_B", "two"],
    ]);
    expect(codes.length).toBeGreaterThan(30);
  });

  test("are those of the docstring's table, in its order", () => {
    expect([...told.keys()]).toEqual(codes);
  });

  test("are those of the README's table, in its order", () => {
    expect([...readme.keys()]).toEqual(codes);
  });

  test("mean the same in both tables; the README names the class as well", () => {
    const meanings = [...readme].map(([code, meaning]) => [code, meaning.replace(/ \(`\w+Error`.*\)$/, "")]);
    expect(meanings).toEqual([...told]);
  });

  test("are all that sources, docstrings and documents name", () => {
    const unknown = [...documents(root), join(root, "packages/deno/README.md"), ...sources()].flatMap(
      (path) => {
        const named = readFileSync(path, "utf8").match(/\bBABA_[A-Z0-9_]+/g) ?? [];
        return named.filter((code) => !codes.includes(code)).map((code) => `${path}: ${code}`);
      },
    );
    expect(unknown).toEqual([]);
  });
});

function codesOfType(text: string): string[] {
  const [, union = ""] = /export type BabaErrorCode =([^;]+);/.exec(text) ?? [];
  return [...union.matchAll(/"(\w+)"/g)].map(([, code = ""]) => code);
}

/** The rows of a table, also of one in a docstring: each code with its meaning. */
function rowsOf(text: string): Map<string, string> {
  const rows = text.matchAll(/^(?: \* )?\| `(BABA_\w+)` \| (.+) \|$/gm);
  return new Map([...rows].map(([, code = "", meaning = ""]) => [code, meaning]));
}

/** What the packages publish. */
function sources(): string[] {
  return ["core", "node", "deno"].flatMap((name) => {
    const folder = join(root, "packages", name, "src");
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return names.filter((path) => /(?<!\.test|\.fixture)\.ts$/.test(path)).map((path) => join(folder, path));
  });
}
