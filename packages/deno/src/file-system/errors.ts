import { BabaError } from "@baba/core";

/** An error with the code that an operating system would give. */
export function systemError(code: string, meaning: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${meaning}, '${path}'`), { code });
}

/** The error for a symbolic link where none is followed. */
export function linkError(path: string): Error {
  return systemError("ELOOP", "is a symbolic link, which is not followed", path);
}

/** The POSIX code of an error, where it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whatever was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Deno's own refusals say which path and which flag; what BabaDB needs is the whole folder, and both rights. */
export function orNotCapable(thrown: unknown, root: string): Error {
  if (!(thrown instanceof Deno.errors.NotCapable)) return errorOf(thrown);
  return new BabaError(
    "BABA_PERMISSION",
    `Deno does not let this process use the database's directory: run it with --allow-read=${root} and ` +
      `--allow-write=${root}. (${thrown.message}.)`,
    { cause: thrown },
  );
}
