import { isSealed, keyIdOf } from "../../crypto/envelope.ts";
import { BabaError, ConflictError, optionError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import type { Content, Hold } from "../../storage/storage.ts";
import type { Store } from "../database/shared-store.ts";
import { nameFault, problemOf, type RecordProblem } from "./problems.ts";
import { underLock } from "./under-lock.ts";
import {
  checkMaintenanceOptions,
  forAllRecords,
  keptParts,
  type MaintenanceOptions,
  type Part,
  revealedParts,
} from "./walk.ts";

/** The result of sealing or re-sealing the records of a store. */
export type RewrapReport = {
  /** The number of records. */
  readonly records: number;
  /** How many of them were now sealed with the active data key; the others already were. */
  readonly sealed: number;
  /** The records that could not be sealed; they stay as they are. */
  readonly problems: readonly RecordProblem[];
  /** How many retired data keys the keyring still has. */
  readonly retiredKeys: number;
};

/** How records are re-sealed. */
export type RewrapOptions = MaintenanceOptions & {
  /**
   * Whether to drop the retired data keys at the end, if no record needs them any more; `false` by default.
   * Older copies of single records can then no longer be opened; an older copy of the whole directory can.
   */
  readonly dropRetired?: boolean;
};

/**
 * Seals with the active data key, in ordinary commits, every record that it does not seal yet. If
 * interrupted, what is done stays done and is skipped the next time.
 *
 * @throws `BABA_OPTION` if the store has no key file, an option is not known or of the wrong kind, or, while the
 * store is being sealed, if another store is within its directory; {ConflictError} if retired keys are to be
 * dropped and a record is not sealed with the active one
 */
export async function rewrap(store: Store, options: RewrapOptions): Promise<RewrapReport> {
  checkRewrapOptions(options);
  store.vault.mustHaveKeyFile();
  if (store.vault.keyring?.converting === true) await mustBeAlone(store);
  const report = await sealAll(store, options);
  if (options.dropRetired === true && report.problems.length === 0) await dropRetired(store);
  return { ...report, retiredKeys: retiredKeys(store) };
}

/**
 * Turns a plain store into a sealed one, or resumes after an interruption: first makes a keyring, then seals
 * the records in ordinary commits, and at last refuses plain records and changes the fingerprint.
 *
 * @throws `BABA_OPTION` if neither passphrase nor identity was given, an option is not known or of the wrong
 * kind, or another store is within the directory; {ConflictError} if a plain record was put there meanwhile
 */
export async function seal(store: Store, options: MaintenanceOptions): Promise<RewrapReport> {
  checkMaintenanceOptions(options);
  store.vault.mustHaveKeyFile();
  await underLock(store, () => beginConversion(store));
  // In a sealed store nobody vouches for a plain record, so this does not seal one.
  if (store.vault.keyring?.converting !== true)
    return { records: 0, sealed: 0, problems: [], retiredKeys: retiredKeys(store) };
  const report = await sealAll(store, options);
  if (report.problems.length === 0) await underLock(store, (hold) => endConversion(store, hold));
  return { ...report, retiredKeys: retiredKeys(store) };
}

function checkRewrapOptions(options: RewrapOptions): void {
  checkMaintenanceOptions(options, ["onProgress", "dropRetired"]);
  if (["boolean", "undefined"].includes(typeof options.dropRetired)) return;
  throw optionError("The option dropRetired must be true or false.");
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

/** Under the lock, so that nobody can change the records between reading and writing them. */
function sealSome(store: Store, names: readonly string[]): Promise<Omit<Counts, "records">> {
  const { storage } = store;
  return underLock(store, async (hold) => {
    const problems: RecordProblem[] = [];
    let sealed = 0;
    for await (const part of revealedParts(store, names, (kept) => isStale(store, kept))) {
      const changes = changesOf(part, problems);
      const how = { basis: undefined, durability: "full", settle: "commit" } as const;
      if (changes.size > 0) await storage.commit({ changes, hold, ...how });
      sealed += changes.size;
    }
    return { sealed, problems };
  });
}

/** The records of a part that can be sealed; the others are added to the problems. */
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

/** Whether a record is not known to be sealed with the active key; an unreadable one counts as stale. */
function isStale({ vault }: Store, kept: Content): boolean {
  if (kept === undefined) return false;
  return kept instanceof BabaError || !isSealed(kept) || keyIdOf(kept) !== vault.activeId;
}

async function beginConversion(store: Store): Promise<void> {
  const { storage, vault } = store;
  if (vault.keyring !== undefined && !vault.keyring.converting) return;
  await mustBeAlone(store);
  // The plain journal must be empty when the sealed one begins.
  await storage.renew();
  await vault.beginConversion();
  await storage.renew();
}

/**
 * Plain records are about to be sealed, and those of another store would open no more in that store: it does not
 * have these keys.
 */
async function mustBeAlone({ storage }: Store): Promise<void> {
  const other = await storage.storeWithin();
  if (other === undefined) return;
  throw new BabaError(
    "BABA_OPTION",
    `${printable(other)} is the directory of another store, which could not open its records if they were sealed with the ` +
      "keys of this one. Move it elsewhere, and call this again; or, if it is a store no more, remove its folder .baba first.",
    { record: other },
  );
}

async function endConversion(store: Store, hold: Hold): Promise<void> {
  await mustBeSealed(store);
  await store.storage.renew();
  await store.vault.rewrite((keyring, crypto) => keyring.converted(crypto), hold);
}

async function dropRetired(store: Store): Promise<void> {
  await underLock(store, async (hold) => {
    // There is no keyring before the first commit, and a journal begun now would be plain.
    if (store.vault.keyring === undefined) return;
    await mustBeSealed(store);
    await store.storage.renew();
    await store.vault.rewrite((keyring) => keyring.withoutRetired(), hold);
  });
}

/** Under the lock: finds a record that was added meanwhile, by hand or by a process without the new key. */
async function mustBeSealed(store: Store): Promise<void> {
  for await (const names of store.storage.names()) {
    for await (const part of keptParts(store, names)) {
      const stale = part.names.find((_, i) => isStale(store, part.kept[i]));
      if (stale !== undefined) throw notSealed(stale);
    }
  }
}

function notSealed(record: string): ConflictError {
  return new ConflictError(
    `${printable(record)} is not sealed with the active key: it was put there meanwhile, or the key was rotated again. Run it again.`,
    { record },
  );
}

function retiredKeys({ vault }: Store): number {
  return (vault.keyring?.keys.length ?? 1) - 1;
}
