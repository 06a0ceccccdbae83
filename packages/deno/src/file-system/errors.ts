import { dirname } from "node:path";
import { BabaError } from "@baba/core";
import { errorOf } from "@baba/core/adapter";

/** What a shell passes on as it stands. */
const PLAIN = /^[\w@%+=:,./\\-]*$/;

/** Deno's own refusals name a path and a flag; what BabaDB needs is the whole folder, and both rights. */
export function orNotCapable(thrown: unknown, root: string): Error {
  if (!(thrown instanceof Deno.errors.NotCapable)) return errorOf(thrown);
  const folder = withoutComma(root);
  const why =
    folder === root ? "" : " Deno's flags cannot name a path with a comma, so these name a folder above it.";
  return new BabaError(
    "BABA_PERMISSION",
    `Deno does not let this process use the database's directory: run it with ${flag("read", folder)} and ` +
      `${flag("write", folder)}.${why} (${thrown.message}.)`,
    { cause: thrown },
  );
}

/** The folder itself or the nearest one above it that a flag can name: Deno splits its value at commas. */
function withoutComma(folder: string): string {
  return folder.includes(",") ? withoutComma(dirname(folder)) : folder;
}

function flag(right: "read" | "write", folder: string): string {
  const text = `--allow-${right}=${folder}`;
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
