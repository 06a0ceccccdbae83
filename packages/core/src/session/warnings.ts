import type { Lock } from "../crypto/lock.ts";
import type { Vault } from "../crypto/vault.ts";
import { printable } from "../printable.ts";

/** What whoever opens a directory with this lock should know: that what is in it is no secret, or may be anybody's. */
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
  return `${printable(directory)} is being sealed: until seal() has ended, plain records are accepted, whoever put them there; call it again where it was cut short`;
}
