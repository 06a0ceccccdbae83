import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What runs a program of this package. */
export type Runtime = {
  readonly name: string;
  readonly command: string;
  /** What comes before the program's name, for one that works in this folder. */
  readonly options: (folder: string) => readonly string[];
};

/** The one that runs this. */
export const NODE: Runtime = { name: "Node.js", command: process.execPath, options: () => [] };

/** `@baba/binaries` keeps it, so that its command is on no other package's path. */
export const BUN: Runtime = {
  name: "Bun",
  command: pathTo("binaries/node_modules/bun/bin/bun.exe"),
  options: () => [],
};

/** With `@baba/deno` in the place of `@baba/node` (see deno.json), and with the permissions that its documents name. */
export function findDeno(): Runtime {
  // Not the shim that npm installs: a signal would reach that one alone.
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

/** Whether all of them can be had: npm has every one of them for Linux x64 alone. */
export function haveAllRuntimes(): boolean {
  return process.platform === "linux" && process.arch === "x64" && existsSync(BUN.command);
}

function pathTo(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
