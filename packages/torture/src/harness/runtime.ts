import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A runtime for the programs of this package. */
export type Runtime = {
  readonly name: string;
  readonly command: string;
  /** The arguments before the program's name, for one that works in this folder. */
  readonly options: (folder: string) => readonly string[];
};

/** The current runtime. */
export const NODE: Runtime = { name: "Node.js", command: process.execPath, options: () => [] };

/** It is in `@baba/binaries`, so that its command is not on any other package's path. */
export const BUN: Runtime = {
  name: "Bun",
  command: pathTo("binaries/node_modules/bun/bin/bun.exe"),
  options: () => [],
};

/** With `@baba/deno` in place of `@baba/node` (see deno.json), and with the documented permissions. */
export function findDeno(): Runtime {
  // Not the shim that npm installs: signals would only reach the shim.
  const shim = pathTo("deno/node_modules/.bin/deno");
  const command = execFileSync(shim, ["eval", "console.log(Deno.execPath())"], { encoding: "utf8" }).trim();
  return {
    name: "Deno",
    command,
    options: (folder) => [
      "run",
      "--no-prompt",
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      "--allow-run=cat,readlink",
    ],
  };
}

/** Whether npm has all of them for this platform. @throws if it has, and they are not installed */
export function haveAllRuntimes(): boolean {
  if (process.platform !== "linux" || process.arch !== "x64") return false;
  if (!existsSync(BUN.command)) throw new Error("Not every runtime is installed: npm run setup");
  return true;
}

function pathTo(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
