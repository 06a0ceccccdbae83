import { BabaError } from "@baba/core";
import { errorOf } from "@baba/core/adapter";

/** Deno's own refusals name a path and a flag; what BabaDB needs is the whole folder, and both rights. */
export function orNotCapable(thrown: unknown, root: string): Error {
  if (!(thrown instanceof Deno.errors.NotCapable)) return errorOf(thrown);
  return new BabaError(
    "BABA_PERMISSION",
    `Deno does not let this process use the database's directory: run it with --allow-read=${root} and ` +
      `--allow-write=${root}. (${thrown.message}.)`,
    { cause: thrown },
  );
}
