import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { copyFile, mkdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Runtime } from "./runtime.ts";

/** Some tests of a package, selected by vitest's arguments. */
export type Suite = { readonly name: string; readonly folder: string; readonly words: readonly string[] };

/** The reporter's counts, and the output. */
export type Outcome = {
  /** Includes the runtime and its version. */
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly output: string;
};

/** The adapters and what is built on them: file system, storage, sessions, cryptography. */
export const NODE_SUITE: Suite = { name: "@baba/node", folder: "node", words: [] };

/** The contract and the file system's suite, which an engine is likeliest to fail. */
export const NODE_CONTRACT_SUITE: Suite = {
  name: "@baba/node",
  folder: "node",
  words: ["src/contract", "src/file-system/file-system.test.ts"],
};

/** The contract tests, with `@baba/deno` in place of `@baba/node`. */
export const DENO_SUITE: Suite = {
  name: "@baba/deno, the contract",
  folder: "node",
  words: ["--config=vitest.deno.config.ts"],
};

/** Without the simulations and mutants of the commit protocol, which test the protocol and not the engine. */
export const CORE_SUITE: Suite = {
  name: "@baba/core",
  folder: "core",
  words: ["--exclude=**/commit-protocol/**"],
};

/** The tests of core that an engine is likeliest to fail. */
export const CORE_PORTS_SUITE: Suite = {
  name: "@baba/core",
  folder: "core",
  words: [
    // Tests the command `age`, not the engine.
    "--exclude=**/age-cli.test.ts",
    "src/adapter",
    "src/crypto",
    "src/file-system",
  ],
};

const PACKAGES = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a suite in a runtime and copies its result to `BABA_RESULTS`. @throws if there is no result */
export async function runSuite({ name, folder, words }: Suite, runtime: Runtime): Promise<Outcome> {
  const results = mkdtempSync(join(tmpdir(), "baba-runtime-"));
  try {
    // Types do not depend on the runtime.
    const output = await vitest(
      join(PACKAGES, folder),
      ["--typecheck.enabled=false", ...words],
      runtime,
      results,
    );
    const [file] = readdirSync(results);
    if (file === undefined) throw new Error(`${name} did not run on ${runtime.name}:\n${output}`);
    await keep(results, file);
    return { ...JSON.parse(readFileSync(join(results, file), "utf8")), output };
  } finally {
    rmSync(results, { recursive: true });
  }
}

function vitest(
  folder: string,
  words: readonly string[],
  { program, options }: Runtime,
  results: string,
): Promise<string> {
  const path = [dirname(program), process.env.PATH ?? ""].join(":");
  const child = spawn(program, [...options, "node_modules/vitest/vitest.mjs", "run", ...words], {
    cwd: folder,
    env: { ...process.env, PATH: path, BABA_RESULTS: results, BABA_NAME_RUNTIME: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.once("error", reject);
    child.once("close", () => resolve(output));
  });
}

async function keep(results: string, file: string): Promise<void> {
  const wanted = process.env.BABA_RESULTS;
  if (wanted === undefined || wanted === "") return;
  await mkdir(wanted, { recursive: true });
  // Whoever reads the folder meanwhile must not meet half of it.
  await copyFile(join(results, file), join(wanted, `${file}.part`));
  await rename(join(wanted, `${file}.part`), join(wanted, file));
}
