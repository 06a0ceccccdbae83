import { CommitUnknownError } from "../errors.ts";
import type { Hold, Storage } from "../storage/storage.ts";
import { assert, assertCode } from "./assertions.ts";
import {
  basis,
  expectConflict,
  expectPayloads,
  failureOf,
  type StorageObligation,
  transaction,
} from "./storage-suite-steps.ts";

/** What holds with other storages over the same records, and under the lock. */
export const LOCKS: readonly StorageObligation[] = [
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
      await expectPayloads(storage, { "1.baba": "newer" });
      await commit(storage, { "2.baba": "ours" });
      await other.head();
      await expectPayloads(other, { "1.baba": "newer", "2.baba": "ours" });
      await other.close();
    },
  },
  {
    name: "hold() keeps every other commit waiting until its release, of another storage too",
    async test({ storage, subject, commit, settle }) {
      const other = subject.again();
      await other.open();
      await whileHeld(storage, async (hold) => {
        let waited = true;
        const commits = [storage, other].map(async (one) => {
          await commit(one, { "1.baba": "other" });
          waited = false;
        });
        // As much work as a commit that does not wait.
        for (let i = 0; i < 20; i++) await storage.head();
        await storage.commit({ ...transaction({ "1.baba": "held" }, undefined, settle), hold });
        await storage.commit({ ...transaction({ "2.baba": "held" }, undefined, settle), hold });
        assert(waited, "no other commit comes before the release");
        await expectPayloads(storage, { "1.baba": "held", "2.baba": "held" });
        await hold.release();
        await Promise.all(commits);
        await storage.head();
        await expectPayloads(storage, { "1.baba": "other", "2.baba": "held" });
      });
      await other.close();
    },
  },
  {
    name: "commit() refuses a hold that was released, and release() is idempotent",
    async test({ storage, settle }) {
      const hold = await storage.hold();
      await hold.release();
      const error = await failureOf(
        storage.commit({ ...transaction({ "1.baba": "late" }, undefined, settle), hold }),
      );
      assertCode(error, ["BABA_SESSION_CLOSED"], "a commit with a hold that was released");
      await expectPayloads(storage, { "1.baba": undefined });
      await hold.release();
    },
  },
  {
    name: "mustHold() of a hold fails once the lock was taken away by force",
    async test({ storage, subject }) {
      const other = subject.again();
      await other.open();
      await whileHeld(storage, async (hold) => {
        await hold.mustHold();
        await other.forceUnlock();
        const error = await failureOf(hold.mustHold());
        assert(error instanceof CommitUnknownError, `expected a CommitUnknownError, found ${String(error)}`);
      });
      await other.close();
    },
  },
];

/** Releases it even after a failure: closing a storage would wait for the release. */
async function whileHeld(storage: Storage, work: (hold: Hold) => Promise<void>): Promise<void> {
  const hold = await storage.hold();
  await work(hold).finally(() => hold.release());
}
