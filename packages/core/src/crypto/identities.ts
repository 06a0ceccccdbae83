import { optionError } from "../errors.ts";
import { loadAge } from "./age.ts";

/**
 * Makes a new age identity (`AGE-SECRET-KEY-1...`) for the option `identity`: whoever has it can open the
 * stores that are locked for its {@link recipientOf recipient}. `age-keygen` also makes them.
 *
 * @throws `BABA_CODEC` if the runtime lets no WebAssembly run, `BABA_IO` if it lacks a global that age needs
 * @example
 * ```ts
 * import { generateIdentity, recipientOf } from "@baba/core";
 * const identity = await generateIdentity();
 * console.log((await recipientOf(identity)).startsWith("age1")); // true
 * ```
 */
export async function generateIdentity(): Promise<string> {
  const { generateX25519Identity } = await loadAge();
  return generateX25519Identity();
}

/**
 * The recipient (`age1...`) of an identity, which may be shared.
 *
 * @throws `BABA_OPTION` if it is not an identity; and like {@link generateIdentity}
 * @example
 * ```ts
 * import { generateIdentity, recipientOf } from "@baba/core";
 * const identity = await generateIdentity(); // to be kept secret
 * const recipient = await recipientOf(identity);
 * console.log(recipient.slice(0, 4), recipient.length); // age1 62
 * ```
 */
export async function recipientOf(identity: string): Promise<string> {
  const { identityToRecipient } = await loadAge();
  try {
    return await identityToRecipient(identity);
  } catch {
    // Age's own error may quote its argument.
    throw optionError("That is not an age X25519 identity (AGE-SECRET-KEY-1...).");
  }
}
