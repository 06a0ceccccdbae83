import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type ts from "typescript";
import { binary } from "./binaries.ts";
import { HERE } from "./command.ts";

/** A compiler, by the folder of its package; `api` is what TypeScript 7 no longer has: it is a program of its own. */
export type Compiler = { readonly version: string; readonly folder: string; readonly api: boolean };

const require = createRequire(import.meta.url);

/** From the oldest that our declarations are for, to the newest. */
export const COMPILERS: readonly Compiler[] = [
  { version: "5.7", folder: installed("typescript57"), api: true },
  { version: "5.9", folder: installed("typescript59"), api: true },
  { version: "6.0", folder: join(require.resolve("typescript/package.json"), ".."), api: true },
  { version: "7.0", folder: installed("typescript7"), api: false },
];

/** Strict, and every declaration checked; the one without Node's types, and the other without those of a browser. */
export const SETTINGS: Readonly<Record<string, object>> = {
  nodenext: {
    module: "nodenext",
    lib: ["ES2022", "DOM", "DOM.AsyncIterable", "ESNext.Disposable"],
    types: [],
    exactOptionalPropertyTypes: true,
  },
  bundler: {
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ES2022", "ESNext.Disposable"],
    typeRoots: [join(HERE, "..", "..", "node_modules", "@types")],
    types: ["node"],
  },
};

function installed(name: string): string {
  const folder = binary(name);
  if (folder === undefined) throw new Error(`${name} is not installed: npm run setup`);
  return folder;
}

/** Writes the settings for the consumer's TypeScript, whose output goes to a folder of that name. */
export async function configure(consumer: string, name: string, settings: object): Promise<string> {
  const compilerOptions = {
    target: "ES2022",
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    outDir: name,
    ...settings,
  };
  const path = join(consumer, `${name}.json`);
  await writeFile(path, JSON.stringify({ compilerOptions, files: ["heroes.ts", "entries.ts"] }));
  return path;
}

/**
 * Compiles with a version's own interface, which can be asked about our declarations and the consumer's files alone: those of
 * others take four times as long. What is wrong, each in a line, and how many files were asked about.
 */
export function compile(
  folder: string,
  config: string,
): { readonly wrong: string[]; readonly files: number } {
  const typescript: typeof ts = require(folder);
  const host = { ...typescript.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const parsed = typescript.getParsedCommandLineOfConfigFile(config, {}, host);
  if (parsed === undefined) throw new Error(`${config} cannot be read`);
  const program = typescript.createProgram(parsed.fileNames, parsed.options);
  const files = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.includes("/@baba/") || parsed.fileNames.includes(fileName));
  const found = [
    ...parsed.errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      // File by file: to emit all of them checks all of others' first.
      ...(file.isDeclarationFile ? [] : program.emit(file).diagnostics),
    ]),
  ];
  const wrong = found.map(
    ({ file, messageText }) =>
      `${file?.fileName}: ${typescript.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
  return { wrong, files: files.length };
}
