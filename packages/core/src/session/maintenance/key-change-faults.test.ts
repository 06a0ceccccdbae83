import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { assemble } from "../database/assemble.ts";
import { Database } from "../database/database.ts";
import { add, Note, NoteStore, type Notes, note, read } from "../note-store.fixture.ts";
import type { BabaOptions } from "../options.ts";

const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const recipients = await Promise.all([mine, theirs].map((one) => identityToRecipient(one)));
/** The port's methods that change what is stored. */
const WRITING = [
  "create",
  "write",
  "link",
  "sync",
  "syncFolders",
  "rename",
  "replace",
  "remove",
  "makeFolder",
] as const;

/** Counts the calls that write. The one that is due fails with EIO after it was carried out, or before. */
class FailingCalls {
  #left = Number.POSITIVE_INFINITY;
  #carriedOut = false;

  failAfter(count: number, carriedOut: boolean): void {
    [this.#left, this.#carriedOut] = [count, carriedOut];
  }

  get hasFailed(): boolean {
    return this.#left < 0;
  }

  over(files: FileSystem): FileSystem {
    return new Proxy(files, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        const call = (...input: unknown[]): unknown => Reflect.apply(method, target, input);
        return WRITING.some((one) => one === name) ? this.#counted(call) : call;
      },
    });
  }

  #counted(call: (...input: unknown[]) => unknown): (...input: unknown[]) => Promise<unknown> {
    return async (...input) => {
      const isDue = this.#left-- === 0;
      const answer = !isDue || this.#carriedOut ? await call(...input) : undefined;
      if (isDue) throw Object.assign(new Error("EIO"), { code: "EIO" });
      return answer;
    };
  }
}

/**
 * A change of a store's keys, and the options that the store is filled with, and opened with before and
 * after.
 */
type Change = {
  readonly filled?: BabaOptions;
  readonly before: BabaOptions;
  /** Those before, with the fingerprint pinned. */
  readonly pinned?: (fingerprint: string) => BabaOptions;
  readonly after: BabaOptions;
  change(db: Notes): Promise<unknown>;
};

const CHANGES: Readonly<Record<string, Change>> = {
  "changePassphrase()": {
    before: { passphrase: "old" },
    after: { passphrase: "new" },
    change: (db) => db.changePassphrase("new"),
  },
  "rotateKey()": {
    before: { passphrase: "old" },
    after: { passphrase: "old" },
    change: (db) => db.rotateKey(),
  },
  "removeRecipient() with a pinned fingerprint": {
    before: { identity: mine, recipients },
    pinned: (fingerprint) => ({ identity: mine, fingerprint }),
    after: { identity: mine },
    change: (db) => db.removeRecipient(recipients[1] ?? ""),
  },
  "addRecipient()": {
    before: { identity: mine },
    after: { identity: theirs },
    change: (db) => db.addRecipient(recipients[1] ?? ""),
  },
  "seal()": {
    filled: {},
    before: { passphrase: "x" },
    after: { passphrase: "x" },
    change: (db) => db.seal(),
  },
  "rewrap() that drops retired keys": {
    before: { passphrase: "x" },
    after: { passphrase: "x" },
    change: async (db) => {
      await db.rotateKey();
      await db.rewrap({ dropRetired: true });
    },
  },
};

const codeOf = (error: unknown): unknown => (error instanceof BabaError ? error.code : error);

/** Makes the change while the n-th call that writes fails; returns whether one did. */
async function changeWithFault(change: Change, nth: number, carriedOut: boolean): Promise<boolean> {
  const store = new NoteStore();
  const { fingerprint } = await closed(await store.filled(change.filled ?? change.before));
  const calls = new FailingCalls();
  const runtime = { ...store.runtime, fileSystem: () => calls.over(store.files) };
  const options = change.pinned?.(fingerprint) ?? change.before;
  const db = new Database(Note, { ...options, logging: false }, assemble(runtime));
  await db.open();
  calls.failAfter(nth, carriedOut);
  const failed = await change.change(db).then(() => undefined, codeOf);
  const { hasFailed } = calls;
  calls.failAfter(Number.POSITIVE_INFINITY, false);
  const again = await change.change(db).then(() => undefined, codeOf);
  // A journal's sync that failed makes the handle refuse further writes.
  expect([undefined, "BABA_COMMIT_UNKNOWN"], `call ${nth}: ${failed}, then`).toContain(again);
  await db.close().catch(() => undefined);
  await expectChanged(store, change, again === undefined);
  return hasFailed;
}

/** The store opens as it was, or as changed, and keeps its records; once it was finished, as changed. */
async function expectChanged(store: NoteStore, { before, after, change }: Change, finished: boolean) {
  if (!finished) {
    const again = store.open(after);
    const opens = await again.open().then(
      () => true,
      () => false,
    );
    await again.close();
    const db = store.open(opens ? after : before);
    await change(db);
    await db.close();
  }
  const db = store.open(after);
  expect(await read(db)).toEqual(note(1));
  await add(db, 9);
  expect(await read(db, "9.baba")).toEqual(note(9));
  await db.close();
}

async function closed(db: Notes): Promise<{ readonly fingerprint: string }> {
  const { fingerprint = "" } = db;
  await db.close();
  return { fingerprint };
}

describe.each(Object.entries(CHANGES))("%s", (_, change) => {
  test.each([false, true])(
    "can be called again in the same handle after any call that writes failed (carried out: %s)",
    async (carriedOut) => {
      let nth = 0;
      while (await changeWithFault(change, nth, carriedOut)) nth++;
      expect(nth).toBeGreaterThan(5);
    },
  );
});
