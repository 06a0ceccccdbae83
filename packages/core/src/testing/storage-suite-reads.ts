import { assert, assertEqual } from "./assertions.ts";
import { expectPayloads, type StorageObligation } from "./storage-suite-steps.ts";

/** What reads return. */
export const READS: readonly StorageObligation[] = [
  {
    name: "open() is idempotent",
    async test({ storage, commit }) {
      await commit(storage, { "1.baba": "one" });
      await Promise.all([storage.open(), storage.open()]);
      await expectPayloads(storage, { "1.baba": "one" });
    },
  },
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
      for (const [i, writer] of [storage, other, storage, other].entries()) {
        // The last two are of another folder, and may have made what was read there untrue.
        await commit(writer, { [i < 2 ? "a/1.baba" : "b/1.baba"]: `text ${i}` });
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
