import { assertBytes, assertEqual } from "./assertions.ts";
import {
  basis,
  bytes,
  expectConflict,
  expectPayloads,
  type StorageObligation,
  transaction,
} from "./storage-suite-steps.ts";

/** What commits do together, and which are refused. */
export const COMMITS: readonly StorageObligation[] = [
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
  {
    name: "commit() puts all changes as one: of two at once, one stands whole",
    async test({ storage, commit }) {
      await Promise.all([
        commit(storage, { "1.baba": "one", "2.baba": "one" }),
        commit(storage, { "2.baba": "two", "1.baba": "two" }),
      ]);
      const [first, second] = await storage.read(["1.baba", "2.baba"]);
      assertEqual(first, second, "what the two commits left");
    },
  },
  {
    name: "commit() changes none of the bytes that it was given",
    async test({ storage, settle }) {
      const payload = bytes("one");
      const changes = new Map([["1.baba", payload]]);
      await storage.commit({ changes, basis: undefined, durability: "full", settle });
      await storage.close();
      assertBytes(payload, bytes("one"), "the committed bytes");
    },
  },
];
