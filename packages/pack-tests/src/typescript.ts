import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type ts from "typescript";
import { binary } from "./binaries.ts";
import { HERE } from "./command.ts";

/** A compiler, by its package's folder. `api`: has a JavaScript API, unlike the native TypeScript 7. */
export type Compiler = { readonly version: string; readonly folder: string; readonly api: boolean };

const require = createRequire(import.meta.url);

/** From the oldest version that our declarations support to the newest. */
export const COMPILERS: readonly Compiler[] = [
  { version: "5.7", folder: installed("typescript57"), api: true },
  { version: "5.9", folder: installed("typescript59"), api: true },
  { version: "6.0", folder: join(require.resolve("typescript/package.json"), ".."), api: true },
  { version: "7.0", folder: installed("typescript7"), api: false },
];

/** Strict, with every declaration checked; one without Node's types, the other without a browser's. */
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

/** Writes a configuration for the consumer's TypeScript; `name` is also the output folder. */
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
 * Compiles with a version's API, checking only our declarations and the consumer's files: those of others
 * take four times as long. Returns the errors, a line each, and how many files were checked.
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
      // File by file: emitting all of them would first check everything.
      ...(file.isDeclarationFile ? [] : program.emit(file).diagnostics),
    ]),
  ];
  const wrong = found.map(
    ({ file, messageText }) =>
      `${file?.fileName}: ${typescript.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
  return { wrong, files: files.length };
}
