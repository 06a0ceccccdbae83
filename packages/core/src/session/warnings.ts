import type { Lock } from "../crypto/lock.ts";
import type { Vault } from "../crypto/vault.ts";
import { printable } from "../printable.ts";

/** Warnings for whoever opens a directory with this lock: its records are not secret, or may be anyone's. */
export function warningsOf(directory: string, lock: Lock, vault: Vault): string[] {
  const warnings: string[] = [];
  if (lock.kind === "none") warnings.push(withoutKey(directory));
  if (vault.keyring?.converting === true) warnings.push(halfSealed(directory));
  return warnings;
}

function withoutKey(directory: string): string {
  return `Opened ${printable(directory)} without a key: its records are obfuscated, not encrypted; whoever has the files can read them`;
}

function halfSealed(directory: string): string {
  return `${printable(directory)} is being sealed: until seal() has finished, plain records are accepted, whoever put them there; call it again if it was interrupted`;
}
