import { kernel } from "../codec/kernel.ts";
import { BabaError } from "../errors.ts";

/** The globals that age takes for granted, besides `crypto.subtle`. */
const GLOBALS = ["ReadableStream", "TransformStream", "Response"];

/**
 * Loads the age package when a key file is first locked or opened: it takes longer to load than all the rest,
 * and a plain store, or one with a raw key, does not need it.
 *
 * @throws `BABA_CODEC` if the runtime lets no WebAssembly run; `BABA_IO` if it lacks another global that
 * age needs: age's own errors would blame the key file or the recipients
 */
export async function loadAge(): Promise<typeof import("age-encryption")> {
  if (globalThis.crypto?.subtle === undefined) throw incomplete(["crypto.subtle"]);
  // Every store needs it. Where no WebAssembly can run, a mere look at `Response` ends a Node.js process.
  kernel();
  const missing = GLOBALS.filter((name) => Reflect.get(globalThis, name) === undefined);
  if (missing.length > 0) throw incomplete(missing);
  return import("age-encryption");
}

function incomplete(missing: readonly string[]): BabaError {
  return new BabaError(
    "BABA_IO",
    `Key files and identities need what this runtime lacks, the global ${missing.join(", ")}. Nothing was changed. Leave out what takes it ` +
      "away (a flag such as --no-experimental-fetch, or a test environment that imitates a browser), or define it, and try again.",
  );
}
