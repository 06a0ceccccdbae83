import { BabaError, CommitUnknownError, ConflictError } from "../errors.ts";
import type { Basis, Storage, Transaction } from "../storage/storage.ts";
import { assert, assertBytes, assertEqual } from "./assertions.ts";
import type { RegisterTest } from "./file-system-suite.ts";

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

type Settle = Transaction["settle"];
/** An open storage under test, in one mode of settling. */
type Trial = {
  readonly storage: Storage;
  readonly subject: StorageSubject;
  readonly settle: Settle;
  /** Commits texts by name to a storage; `undefined` deletes. */
  commit(storage: Storage, changes: Record<string, string | undefined>, basis?: Basis): Promise<void>;
};
type StorageObligation = { readonly name: string; test(trial: Trial): Promise<void> };

/**
 * Registers a test for each obligation of the `Storage` port, in both modes of settling.
 *
 * @param test registers one test with the runner
 * @param create makes a separate subject for each test
 * @example
 * ```ts
 * import { FileStorage, memoryFileSystem } from "@baba/core";
 * import { MemoryVolume, memoryRuntime, storageSuite } from "@baba/core/testing";
 *
 * const tests: (() => Promise<void>)[] = [];
 * storageSuite(
 *   (_name, work) => tests.push(work),
 *   async () => {
 *     const volume = new MemoryVolume();
 *     const again = () => new FileStorage(memoryFileSystem(volume), memoryRuntime(), { report: console.warn });
 *     const spoil = async (name: string) => void (volume.file(name).bytes = new Uint8Array([0]));
 *     return { storage: again(), again, spoil, dispose: async () => {} };
 *   },
 * );
 * for (const work of tests) await work();
 * ```
 */
export function storageSuite(test: RegisterTest, create: () => Promise<StorageSubject>): void {
  for (const settle of ["commit", "background"] as const) {
    for (const obligation of [...READS, ...CONFLICTS, ...OTHERS, ...PERSISTENCE])
      test(`Storage (settle: ${settle}) ${obligation.name}`, () => tryOut(obligation, create, settle));
  }
}

async function tryOut(
  obligation: StorageObligation,
  create: () => Promise<StorageSubject>,
  settle: Settle,
): Promise<void> {
  const subject = await create();
  const { storage } = subject;
  const commit: Trial["commit"] = (to, changes, basis) => to.commit(transaction(changes, basis, settle));
  try {
    await storage.open();
    await obligation.test({ storage, subject, settle, commit });
  } finally {
    await storage.close();
    await subject.dispose();
  }
}

/** What reads return. */
const READS: readonly StorageObligation[] = [
  {
    name: "read() gives undefined for no record, and list() no names",
    async test({ storage }) {
      assertEqual(await storage.read(["1.baba", "a/b.baba"]), [undefined, undefined], "payloads");
      assertEqual(await storage.list("."), [], "names");
      assertEqual(await storage.list("no/such/folder"), [], "names of no folder");
      assertEqual(await storage.exist(["1.baba"]), [false], "existence");
    },
  },
  {
    name: "commit() puts and deletes records of several folders, and a new storage finds them",
    async test({ storage, subject, commit }) {
      await commit(storage, { "1.baba": "one", "a/2.baba": "two", "a/b/3.baba": "three" });
      await commit(storage, { "1.baba": undefined, "a/2.baba": "zwei", "4.baba": "four" });
      for (const reader of [storage, subject.again()]) {
        await reader.open();
        await reader.head();
        await expectPayloads(reader, {
          "1.baba": undefined,
          "a/2.baba": "zwei",
          "a/b/3.baba": "three",
          "4.baba": "four",
        });
        assertEqual(await reader.exist(["1.baba", "4.baba"]), [false, true], "existence");
        if (reader !== storage) await reader.close();
      }
    },
  },
  {
    name: "stamp() stays while nothing is committed, and is another after each commit, by whomever",
    async test({ storage, subject, commit }) {
      const other = subject.again();
      await other.open();
      const seen = new Set<string | undefined>();
      for (const [i, writer] of [storage, other, storage].entries()) {
        await commit(writer, { "a/1.baba": `text ${i}` });
        const stamp = await storage.stamp("a");
        // Files that were just written have none yet.
        if (stamp === undefined) continue;
        assertEqual(await storage.stamp("a"), stamp, "with nothing committed");
        assert(!seen.has(stamp), "a commit must not leave the stamp as it was");
        seen.add(stamp);
      }
      await other.close();
    },
  },
  {
    name: "list() orders names by their UTF-8 bytes, of one folder alone, and count() gives their number",
    async test({ storage, commit }) {
      const names = ["b.baba", "B.baba", "10.baba", "9.baba", "\u{ff5e}.baba", "\u{1f9b8}.baba", "é.baba"];
      await commit(storage, Object.fromEntries([...names, "sub/x.baba"].map((name) => [name, "x"])));
      const ordered = ["10.baba", "9.baba", "B.baba", "b.baba", "é.baba", "\u{ff5e}.baba", "\u{1f9b8}.baba"];
      assertEqual(await storage.list("."), ordered, "names");
      assertEqual(await storage.list("sub"), ["sub/x.baba"], "names below");
      const counts = [".", "sub", "no/such/folder"].map((folder) => storage.count(folder));
      assertEqual(await Promise.all(counts), [7, 1, 0], "numbers of names");
    },
  },
  {
    name: "head() grows with each commit and not without",
    async test({ storage, commit }) {
      const before = await storage.head();
      assertEqual(await storage.head(), before, "head");
      await commit(storage, { "1.baba": "one" });
      assert((await storage.head()) > before, "the head grows with a commit");
    },
  },
];

/** Which commits are refused. */
const CONFLICTS: readonly StorageObligation[] = [
  {
    name: "commit() refuses a basis whose record, folder or written name was touched since",
    async test({ storage, commit, settle }) {
      await commit(storage, { "1.baba": "one", "a/2.baba": "two" });
      const head = await storage.head();
      await commit(storage, { "1.baba": "ONE" });
      await expectConflict(commit(storage, { "9.baba": "x" }, basis(head, ["1.baba"])));
      await expectConflict(commit(storage, { "9.baba": "x" }, basis(head, [], ["."])));
      await expectConflict(commit(storage, { "1.baba": "x" }, basis(head, [])));
      await expectConflict(storage.commit(transaction({}, basis(head, ["1.baba"]), settle)));
      assertEqual(await storage.exist(["9.baba"]), [false], "what a refused commit wrote");
      await commit(storage, { "9.baba": "x" }, basis(head, ["a/2.baba"], ["a"]));
      await expectPayloads(storage, { "9.baba": "x", "1.baba": "ONE" });
    },
  },
  {
    name: "commit() with no basis is never refused",
    async test({ storage, commit }) {
      await commit(storage, { "1.baba": "one" });
      await commit(storage, { "1.baba": "two" });
      await expectPayloads(storage, { "1.baba": "two" });
    },
  },
  {
    name: "commit() runs one after another: of 20 at once that read the same, one stands",
    async test({ storage, commit }) {
      await commit(storage, { "n.baba": "0" });
      const head = await storage.head();
      const tries = Array.from({ length: 20 }, (_, i) =>
        commit(storage, { "n.baba": String(i) }, basis(head, ["n.baba"])),
      );
      const outcomes = await Promise.allSettled(tries);
      assertEqual(
        outcomes.filter((outcome) => outcome.status === "fulfilled").length,
        1,
        "commits that stood",
      );
    },
  },
];

/** What holds with other storages over the same records, and under the lock. */
const OTHERS: readonly StorageObligation[] = [
  {
    name: "head() shows another storage's commit, and commit() refuses what that makes stale",
    async test({ storage, subject, commit }) {
      const other = subject.again();
      await other.open();
      await commit(other, { "1.baba": "theirs" });
      const head = await storage.head();
      await expectPayloads(storage, { "1.baba": "theirs" });
      await commit(other, { "1.baba": "newer" });
      await expectConflict(commit(storage, { "2.baba": "x" }, basis(head, ["1.baba"])));
      await commit(storage, { "2.baba": "ours" });
      await other.head();
      await expectPayloads(other, { "1.baba": "newer", "2.baba": "ours" });
      await other.close();
    },
  },
  {
    name: "hold() keeps every other commit waiting until its release",
    async test({ storage, commit, settle }) {
      const hold = await storage.hold();
      let waited = true;
      const other = commit(storage, { "1.baba": "other" }).then(() => {
        waited = false;
      });
      await storage.commit({ ...transaction({ "1.baba": "held" }, undefined, settle), hold });
      assert(waited, "no other commit comes before the release");
      await expectPayloads(storage, { "1.baba": "held" });
      await hold.release();
      await other;
      await expectPayloads(storage, { "1.baba": "other" });
      await hold.release();
    },
  },
  {
    name: "mustHold() of a hold fails once the lock was taken away by force",
    async test({ storage, subject }) {
      const hold = await storage.hold();
      await hold.mustHold();
      const other = subject.again();
      await other.open();
      await other.forceUnlock();
      const error = await failureOf(hold.mustHold());
      assert(error instanceof CommitUnknownError, `expected a CommitUnknownError, found ${String(error)}`);
      await hold.release();
      await other.close();
    },
  },
];

/** What is kept, and found again. */
const PERSISTENCE: readonly StorageObligation[] = [
  {
    name: "read() puts an error in the place of a record that cannot be read",
    async test({ storage, subject, commit }) {
      await commit(storage, { "1.baba": "one", "2.baba": "two" });
      await storage.close();
      await subject.spoil("1.baba");
      const again = subject.again();
      await again.open();
      const [spoilt, sound] = await again.read(["1.baba", "2.baba"]);
      assert(spoilt instanceof BabaError && spoilt.record === "1.baba", "the error names the record");
      assertBytes(sound, bytes("two"), "the other record");
      assertEqual(await again.exist(["1.baba"]), [true], "it is there");
      await again.close();
    },
  },
  {
    name: "keeps payloads of every kind: empty, all bytes, and a megabyte",
    async test({ storage, subject, settle }) {
      const payloads = new Map([
        ["empty.baba", new Uint8Array()],
        ["all.baba", Uint8Array.from({ length: 256 }, (_, i) => i)],
        ["large.baba", new Uint8Array(1 << 20).fill(171)],
      ]);
      await storage.commit({ changes: payloads, basis: undefined, durability: "full", settle });
      await storage.close();
      const again = subject.again();
      await again.open();
      const read = await again.read([...payloads.keys()]);
      for (const [i, [name, payload]] of [...payloads].entries()) assertBytes(read[i], payload, name);
      await again.close();
    },
  },
  {
    name: "close() is idempotent, and finishes what was committed",
    async test({ storage, subject, commit }) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => commit(storage, { [`${i}.baba`]: String(i) })));
      await Promise.all([storage.close(), storage.close()]);
      const again = subject.again();
      await again.open();
      assertEqual((await again.list(".")).length, 50, "records");
      await again.close();
    },
  },
];

function transaction(
  changes: Record<string, string | undefined>,
  read: Basis | undefined,
  settle: Settle,
): Transaction {
  const payloads = Object.entries(changes).map(
    ([name, text]) => [name, text === undefined ? undefined : bytes(text)] as const,
  );
  return { changes: new Map(payloads), basis: read, durability: "full", settle };
}

function basis(head: number, records: readonly string[], folders: readonly string[] = []): Basis {
  return { head, records: new Set(records), folders: new Set(folders) };
}

async function expectPayloads(storage: Storage, expected: Record<string, string | undefined>): Promise<void> {
  const read = await storage.read(Object.keys(expected));
  for (const [i, [name, text]] of Object.entries(expected).entries()) {
    if (text === undefined) assert(read[i] === undefined, `${name}: expected no record`);
    else assertBytes(read[i], bytes(text), name);
  }
}

async function expectConflict(commit: Promise<void>): Promise<void> {
  const error = await failureOf(commit);
  assert(error instanceof ConflictError, `expected a ConflictError, found ${String(error)}`);
}

function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
