import { BabaError } from "../errors.ts";
import { assert, assertBytes, assertCode, assertEqual } from "./assertions.ts";
import { bytes, expectPayloads, failureOf, type StorageObligation } from "./storage-suite-steps.ts";

/** What is kept, and found again. */
export const PERSISTENCE: readonly StorageObligation[] = [
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
  {
    name: "commit() of relaxed durability is kept by a close() too",
    async test({ storage, subject, settle }) {
      const changes = new Map([["1.baba", bytes("one")]]);
      await storage.commit({ changes, basis: undefined, durability: "relaxed", settle });
      await storage.close();
      const again = subject.again();
      await again.open();
      await expectPayloads(again, { "1.baba": "one" });
      await again.close();
    },
  },
  {
    name: "commit() after close() is refused",
    async test({ storage, commit }) {
      await storage.close();
      assertCode(await failureOf(commit(storage, { "1.baba": "late" })), ["BABA_CLOSED"], "a late commit");
    },
  },
];
