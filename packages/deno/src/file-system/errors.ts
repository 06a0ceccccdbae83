import { dirname, relative } from "node:path";
import { BabaError } from "@baba/core";
import { errorOf } from "@baba/core/adapter";
import { trueName } from "./true-name.ts";

/** What a shell passes on as it stands. */
const PLAIN = /^[\w@%+=:,./\\-]*$/;

/** Deno's own refusals name a path and a flag; what BabaDB needs is the whole folder, and both rights. */
export function orNotCapable(thrown: unknown, root: string): Error {
  if (!(thrown instanceof Deno.errors.NotCapable)) return errorOf(thrown);
  const [, refused = root] = /access to "(.*)", run again/s.exec(thrown.message) ?? [];
  const advice = refused !== root && isIn(root, refused) ? makeFirst(root) : grant(root, refused);
  return new BabaError("BABA_PERMISSION", `${advice} (${thrown.message}.)`, { cause: thrown });
}

/** Nothing above the root is touched but to make it. */
function makeFirst(root: string): string {
  return `The folder above the database's directory is missing, and Deno does not let this process make it: make the folder ${dirname(root)} first.`;
}

function grant(root: string, refused: string): string {
  // Behind a link, Deno asks for the right to what it leads to as well.
  const folders = isIn(refused, root) ? [root] : [root, trueName(root)];
  const named = [...new Set(folders.map(withoutComma))];
  const why = folders.some((folder) => folder.includes(","))
    ? " Deno's flags cannot name a path with a comma, so these name a folder above it."
    : "";
  return `Deno does not let this process use the database's directory: run it with ${flag("read", named)} and ${flag("write", named)}.${why}`;
}

function isIn(path: string, folder: string): boolean {
  // A name may begin with two dots.
  return !/^\.\.(?:[/\\]|$)/.test(relative(folder, path));
}

/** The folder itself or the nearest one above it that a flag can name: Deno splits its value at commas. */
function withoutComma(folder: string): string {
  return folder.includes(",") ? withoutComma(dirname(folder)) : folder;
}

function flag(right: "read" | "write", folders: readonly string[]): string {
  const text = `--allow-${right}=${folders.join(",")}`;
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
