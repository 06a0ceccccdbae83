import type { Lock } from "../../crypto/lock.ts";
import type { Vault } from "../../crypto/vault.ts";
import { printable } from "../../printable.ts";

/**
 * Warnings for whoever opens a directory with this lock: its records are not secret, may be anyone's, or are
 * of no use with a key; or others can read them than one might think.
 */
export function warningsOf(directory: string, lock: Lock, vault: Vault): string[] {
  const warnings: string[] = [];
  if (lock.kind === "none") warnings.push(withoutKey(directory));
  if (vault.plainRecord !== undefined) warnings.push(stillPlain(directory, vault.plainRecord, lock));
  if (hasOthers(lock, vault)) warnings.push(otherRecipients(directory));
  if (vault.keyring?.converting === true) warnings.push(halfSealed(directory));
  return warnings;
}

function withoutKey(directory: string): string {
  return `Opened ${printable(directory)} without a key: its records are obfuscated, not encrypted; whoever has the files can read them`;
}

function stillPlain(directory: string, name: string, { kind }: Lock): string {
  const advice =
    kind === "key"
      ? "the option key cannot seal an existing store: leave it out, or start in another directory"
      : "nothing can be read or written with a key until db.seal() has sealed them";
  return `${printable(directory)} was opened with a key, but holds plain records such as ${printable(name)}: ${advice}`;
}

/** Whether the store has other recipients than those who were named for a new one. */
function hasOthers(lock: Lock, { keyring }: Vault): boolean {
  if (lock.kind !== "identity" || lock.recipients === undefined || keyring === undefined) return false;
  const named = new Set(lock.recipients);
  return named.size !== keyring.recipients.length || keyring.recipients.some((one) => !named.has(one));
}

function otherRecipients(directory: string): string {
  return `${printable(directory)} has other recipients than the option recipients names, which is for new stores only: db.recipients() tells them, db.addRecipient() and db.removeRecipient() change them`;
}

function halfSealed(directory: string): string {
  return `${printable(directory)} is being sealed: until seal() has finished, plain records are accepted, whoever put them there; call it again if it was interrupted`;
}
