import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
/**
 * What the packages export: the declarations of two as they are built, and the sources of the one that JSR
 * gets.
 */
const ENTRIES = [
  ...["core", "node"].flatMap((name) => {
    const { exports }: Manifest = manifestOf(name, "package.json");
    return Object.values(exports).flatMap((entry) =>
      typeof entry === "string" ? [] : [join(name, entry.types)],
    );
  }),
  ...Object.values(manifestOf("deno", "deno.json").exports).map((entry) => join("deno", String(entry))),
];

type Manifest = { readonly exports: Readonly<Record<string, string | { readonly types: string }>> };
type Lacks = { readonly docstring: string[]; readonly example: string[] };

const paths = ENTRIES.map((entry) => join(root, "packages", entry));
const program = ts.createProgram(paths, compilerOptions());

test("the entry points of all packages are found", () => {
  expect(ENTRIES).toHaveLength(8);
});

test.each(ENTRIES.map((entry, i) => [entry, i] as const))(
  "%s: every symbol has a docstring, and what can be called or used has an example in it",
  (_, i) => {
    expect(lacks(program, paths[i] ?? "")).toEqual({ docstring: [], example: [] });
  },
);

test("lacks() finds what lacks a docstring or an example", () => {
  const directory = mkdtempSync(join(tmpdir(), "baba-symbols-"));
  const path = join(directory, "planted.ts");
  const example = "@example\n * ```ts\n * whole();\n * ```";
  writeFileSync(
    path,
    `/**\n * All is there.\n * ${example}\n */\nexport function whole(): void {}
/** No example. */\nexport const value = 1;\n/** @example none */\nexport class Bare {}
/** A type needs none. */\nexport type Told = string;\nexport type Untold = string;\n`,
  );
  const found = lacks(ts.createProgram([path], compilerOptions()), path);
  rmSync(directory, { recursive: true });
  expect(found).toEqual({ docstring: ["Bare", "Untold"], example: ["value", "Bare"] });
});

function manifestOf(name: string, file: string): Manifest {
  return JSON.parse(readFileSync(join(root, "packages", name, file), "utf8"));
}

function compilerOptions(): ts.CompilerOptions {
  const { NodeNext } = ts.ModuleKind;
  return {
    module: NodeNext,
    target: ts.ScriptTarget.ES2022,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  };
}

/** The exported symbols of a module that have no docstring, or no example where they should. */
function lacks(program: ts.Program, path: string): Lacks {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${path} is no module`);
  const symbols = checker.getExportsOfModule(module).map((symbol) => originOf(symbol, checker));
  const isTold = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length > 0;
  const isShown = (symbol: ts.Symbol): boolean => symbol.getJsDocTags(checker).some(isExample);
  return {
    docstring: symbols.filter((symbol) => !isTold(symbol)).map(({ name }) => name),
    example: symbols.filter((symbol) => isValue(symbol) && !isShown(symbol)).map(({ name }) => name),
  };
}

function originOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isValue({ flags }: ts.Symbol): boolean {
  return (flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class | ts.SymbolFlags.Variable)) !== 0;
}

function isExample({ name, text }: ts.JSDocTagInfo): boolean {
  return name === "example" && ts.displayPartsToString(text).startsWith("```ts\n");
}
