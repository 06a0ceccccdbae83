import type { Lock } from "../../crypto/lock.ts";
import { Vault } from "../../crypto/vault.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { type Protection, unprotected } from "../../storage/protection.ts";

/**
 * How a simulation's store is protected: not at all, by a raw key, or by a key file that its first commit
 * makes.
 */
export type ProtectionKind = "none" | "key" | "passphrase";

const LOCKS: Readonly<Record<Exclude<ProtectionKind, "none">, Lock>> = {
  key: { kind: "key", key: new Uint8Array(32).fill(7) },
  passphrase: { kind: "passphrase", passphrase: "simulated" },
};

/** The protection of a process that opens the simulated store. */
export function protectionOf(kind: ProtectionKind, files: FileSystem, runtime: Runtime): Protection {
  if (kind === "none") return unprotected;
  const { crypto, compression } = runtime;
  const breathe = () => undefined;
  return new Vault(files, LOCKS[kind], { crypto, compression, now: () => runtime.now(), breathe });
}
