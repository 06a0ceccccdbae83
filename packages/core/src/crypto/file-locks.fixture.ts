import { inspect } from "node:util";
import { generateX25519Identity } from "age-encryption";
import { expect } from "vitest";
import { BabaError } from "../errors.ts";
import { type FileLock, recipientsOf } from "./key-file.ts";
import type { IdentityLock } from "./lock.ts";

/** Identities: two that are recipients of most key files, and one that is of none. */
export const mine: string = await generateX25519Identity();
export const theirs: string = await generateX25519Identity();
export const stranger: string = await generateX25519Identity();

const [first = "", second = ""] = await recipientsOf([mine, theirs]);
export const myRecipient: string = first;
export const theirRecipient: string = second;

export const passphrase: Extract<FileLock, { readonly kind: "passphrase" }> = {
  kind: "passphrase",
  passphrase: "hunter2",
};

export function identity(own: string, fingerprint?: string): IdentityLock {
  return { kind: "identity", identities: [own], recipients: undefined, fingerprint };
}

/** How work on a key file ends: the error's code, which quotes no secret, or `"opened"`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return "opened";
  if (!(error instanceof BabaError)) throw error;
  for (const secret of ["hunter2", "AGE-SECRET-KEY", '"secret"'])
    expect(inspect(error, { depth: 9 })).not.toContain(secret);
  return error.code;
}
