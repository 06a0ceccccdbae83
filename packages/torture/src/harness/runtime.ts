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

/** Whether all are available: npm only has all of them for Linux x64. */
export function haveAllRuntimes(): boolean {
  return process.platform === "linux" && process.arch === "x64" && existsSync(BUN.command);
}

function pathTo(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
