import { ConflictError } from "../errors.ts";
import type { Basis, Storage, Transaction } from "../storage/storage.ts";
import { assert, assertBytes } from "./assertions.ts";

/** A fresh storage, empty and not yet open. */
export type StorageSubject = {
  readonly storage: Storage;
  /** Another storage over the same records, as in another process. */
  again(): Storage;
  /** Creates an unreadable record behind the storage's back. */
  spoil(name: string): Promise<void>;
  /** Removes everything the subject left behind. */
  dispose(): Promise<void>;
};

/** When the files are put in place. */
export type Settle = Transaction["settle"];
/** An open storage under test, in one mode of settling. */
export type Trial = {
  readonly storage: Storage;
  readonly subject: StorageSubject;
  readonly settle: Settle;
  /** Commits texts by name to a storage; `undefined` deletes. */
  commit(storage: Storage, changes: Record<string, string | undefined>, basis?: Basis): Promise<void>;
};

/** What every storage must do. */
export type StorageObligation = { readonly name: string; test(trial: Trial): Promise<void> };

export function transaction(
  changes: Record<string, string | undefined>,
  read: Basis | undefined,
  settle: Settle,
): Transaction {
  const payloads = Object.entries(changes).map(
    ([name, text]) => [name, text === undefined ? undefined : bytes(text)] as const,
  );
  return { changes: new Map(payloads), basis: read, durability: "full", settle };
}

export function basis(head: number, records: readonly string[], folders: readonly string[] = []): Basis {
  return { head, records: new Set(records), folders: new Set(folders) };
}

export async function expectPayloads(
  storage: Storage,
  expected: Record<string, string | undefined>,
): Promise<void> {
  const read = await storage.read(Object.keys(expected));
  for (const [i, [name, text]] of Object.entries(expected).entries()) {
    if (text === undefined) assert(read[i] === undefined, `${name}: expected no record`);
    else assertBytes(read[i], bytes(text), name);
  }
}

export async function expectConflict(commit: Promise<void>): Promise<void> {
  const error = await failureOf(commit);
  assert(error instanceof ConflictError, `expected a ConflictError, found ${String(error)}`);
}

export function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
