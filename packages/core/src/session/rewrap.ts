import { isSealed, keyIdOf } from "../crypto/envelope.ts";
import { noKeyring } from "../crypto/refusals.ts";
import { BabaError, ConflictError } from "../errors.ts";
import { printable } from "../printable.ts";
import { checkRecordName } from "../storage/names.ts";
import type { Content } from "../storage/protection.ts";
import {
  forAllRecords,
  type MaintenanceOptions,
  type Part,
  problemOf,
  type RecordProblem,
  revealedParts,
  underLock,
} from "./maintenance.ts";
import type { Store } from "./shared-store.ts";

/** What sealing or re-sealing the records of a store has done. */
export type RewrapReport = {
  /** How many records there are. */
  readonly records: number;
  /** How many of them were sealed with the active data key now; the others already were. */
  readonly sealed: number;
  /** Those that could not be sealed, and stay as they are. */
  readonly problems: readonly RecordProblem[];
  /** How many retired data keys the keyring still has. */
  readonly retiredKeys: number;
};

/** How records are re-sealed. */
export type RewrapOptions = MaintenanceOptions & {
  /**
   * Whether to drop the retired data keys at the end, if no record needs them any more; `false` by default. After that,
   * older copies of single records can no longer be opened; an older copy of the whole directory can.
   */
  readonly dropRetired?: boolean;
};

/**
 * Seals every record that is not sealed with the active data key with it, in ordinary commits. What was done stays done
 * when it is cut short, and is not done again the next time.
 *
 * @throws `BABA_OPTION` where there is no keyring, or `dropRetired` is neither true nor false
 */
export async function rewrap(store: Store, options: RewrapOptions): Promise<RewrapReport> {
  if (!["boolean", "undefined"].includes(typeof options.dropRetired))
    throw new BabaError("BABA_OPTION", "The option dropRetired must be true or false.");
  if (!hasKeyFile(store)) throw noKeyring();
  const report = await sealAll(store, options);
  if (options.dropRetired === true && report.problems.length === 0) await dropRetired(store);
  return { ...report, retiredKeys: retiredKeys(store) };
}

/**
 * Makes a sealed store of a plain one, or goes on with it where it was cut short: a keyring first, then the records in
 * ordinary commits, and at the end plain ones are refused and the fingerprint is another.
 *
 * @throws `BABA_OPTION` where neither passphrase nor identity was given
 */
export async function seal(store: Store, options: MaintenanceOptions): Promise<RewrapReport> {
  if (!hasKeyFile(store)) throw noKeyring();
  await underLock(store, () => beginConversion(store));
  // What was plain all the time is nobody's word once the store is sealed, and is not sealed by this.
  if (store.vault.keyring?.converting !== true)
    return { records: 0, sealed: 0, problems: [], retiredKeys: retiredKeys(store) };
  const report = await sealAll(store, options);
  if (report.problems.length === 0) await underLock(store, () => endConversion(store));
  return { ...report, retiredKeys: retiredKeys(store) };
}

type Counts = Omit<RewrapReport, "retiredKeys">;

async function sealAll(store: Store, options: MaintenanceOptions): Promise<Counts> {
  const problems: RecordProblem[] = [];
  let sealed = 0;
  const records = await forAllRecords(store, options, async (names) => {
    const step = await sealSome(store, names);
    sealed += step.sealed;
    problems.push(...step.problems);
  });
  return { records, sealed, problems };
}

/** Under the lock, so that nobody else can change what is read here before it is written. */
function sealSome(store: Store, names: readonly string[]): Promise<Omit<Counts, "records">> {
  const { storage } = store;
  return underLock(store, async (hold) => {
    const kept = await storage.readKept(names);
    const stale = names.filter((_, i) => isStale(store, kept[i]));
    const staleKept = kept.filter((bytes) => isStale(store, bytes));
    const problems: RecordProblem[] = [];
    let sealed = 0;
    for await (const part of revealedParts(store, stale, staleKept)) {
      const changes = changesOf(part, problems);
      const how = { basis: undefined, durability: "full", settle: "commit" } as const;
      if (changes.size > 0) await storage.commit({ changes, hold, ...how });
      sealed += changes.size;
    }
    return { sealed, problems };
  });
}

/** What of a part is to be sealed; what cannot be opened is added to the problems. */
function changesOf({ names, contents }: Part, problems: RecordProblem[]): Map<string, Uint8Array> {
  const changes = new Map<string, Uint8Array>();
  for (const [i, name] of names.entries()) {
    const content = contents[i];
    const fault = content instanceof BabaError ? content : nameFault(name);
    if (fault !== undefined) problems.push(problemOf(name, fault));
    else if (content instanceof Uint8Array) changes.set(name, content);
  }
  return changes;
}

/** Why a record is not sealed under its name, where a file of another program has one that no call takes: a seal is of a name's one form. */
function nameFault(name: string): BabaError | undefined {
  try {
    if (checkRecordName(name) === name) return undefined;
    return new BabaError("BABA_NAME", `${printable(name)} is not in Unicode NFC: rename the file first.`, {
      record: name,
    });
  } catch (error) {
    return error instanceof BabaError ? error : undefined;
  }
}

/** Whether a record, or what cannot be read in its place, is not known to be sealed with the active key. */
function isStale({ vault }: Store, kept: Content): boolean {
  if (kept === undefined) return false;
  return kept instanceof BabaError || !isSealed(kept) || keyIdOf(kept) !== vault.activeId;
}

async function beginConversion({ storage, vault }: Store): Promise<void> {
  if (vault.keyring !== undefined && !vault.keyring.converting) return;
  // The plain journal is to hold nothing any more when the sealed one begins.
  await storage.renew();
  await vault.beginConversion();
  await storage.renew();
}

async function endConversion(store: Store): Promise<void> {
  await mustBeSealed(store);
  await store.storage.renew();
  await store.vault.rewrite((keyring, crypto) => keyring.converted(crypto));
}

async function dropRetired(store: Store): Promise<void> {
  await underLock(store, async () => {
    // Before the first commit there is none, and a journal that is begun now would be plain.
    if (store.vault.keyring === undefined) return;
    await mustBeSealed(store);
    await store.storage.renew();
    await store.vault.rewrite((keyring) => keyring.withoutRetired());
  });
}

/** Under the lock: a record that was put there meanwhile, by hand or by a process that had not learnt of the key, is found. */
async function mustBeSealed(store: Store): Promise<void> {
  for await (const names of store.storage.names()) {
    const kept = await store.storage.readKept(names);
    const stale = names.find((_, i) => isStale(store, kept[i]));
    if (stale === undefined) continue;
    throw new ConflictError(`${printable(stale)} was put there while the store was sealed: do it again.`, {
      record: stale,
    });
  }
}

function retiredKeys({ vault }: Store): number {
  return (vault.keyring?.keys.length ?? 1) - 1;
}

function hasKeyFile({ vault }: Store): boolean {
  return vault.lockKind === "passphrase" || vault.lockKind === "identity";
}
