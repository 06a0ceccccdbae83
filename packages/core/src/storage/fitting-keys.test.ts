import { beforeEach, expect, test } from "vitest";
import { JournalCipher } from "../crypto/journal-cipher.ts";
import { nobleCrypto } from "../crypto/noble.ts";
import { foreignJournal } from "../crypto/refusals.ts";
import { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { withCalls } from "../file-system/with-calls.fixture.ts";
import { type MemoryRuntime, memoryRuntime } from "../testing/memory-runtime.ts";
import { FileStorage } from "./file-storage.ts";
import { segmentsIn } from "./journal/read-journal.ts";
import type { JournalSeal } from "./journal/seal.ts";
import { type Protection, unprotected } from "./protection.ts";

const [one, two] = [1, 2].map(
  (id) => new JournalCipher(nobleCrypto, { id, key: new Uint8Array(32).fill(id) }, new Uint8Array(16)),
);
let runtime: MemoryRuntime;
let files: FileSystem;
/** The keys at hand, the active one first. */
let keys: readonly (JournalSeal | undefined)[];
let reports: string[];
let storage: FileStorage;

const protection: Protection = {
  ...unprotected,
  get journal() {
    return keys[0];
  },
  async findSeal(keyId, segment) {
    const found = keys.find((seal) => seal?.keyId === keyId);
    if (found === undefined) throw foreignJournal(segment);
    return found;
  },
};

beforeEach(async () => {
  runtime = memoryRuntime();
  files = runtime.fileSystem(".");
  reports = [];
  keys = [one];
  storage = new FileStorage(files, runtime, { report: (message) => void reports.push(message), protection });
  await storage.open();
  await commit("1.baba");
});

function commit(name: string): Promise<void> {
  const changes = new Map([[name, new Uint8Array([1])]]);
  return storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
}

async function fits(): Promise<void> {
  const hold = await storage.hold();
  await storage.mustFitKeys().finally(() => hold.release());
}

test("FileStorage.mustFitKeys() and commit() refuse keys that do not open the newest segment", async () => {
  keys = [two];
  await expect(fits()).rejects.toMatchObject({ code: "BABA_KEY_UNKNOWN" });
  await expect(commit("2.baba")).rejects.toMatchObject({ code: "BABA_KEY_UNKNOWN" });
  await storage.close();
  expect(reports).toEqual([
    expect.stringMatching(/^Some work is left to the next open: .* it is sealed with a data key/),
  ]);
  expect(await segmentsIn(files)).toEqual([1]);
  keys = [one];
  const again = new FileStorage(files, runtime, { report: () => undefined, protection });
  await again.open();
  expect(await again.list(".")).toEqual(["1.baba"]);
  await again.close();
});

test("FileStorage.commit() begins a segment by keys that open the newest one, be it with a retired key", async () => {
  keys = [two, one];
  await fits();
  await commit("2.baba");
  expect(await segmentsIn(files)).toContain(2);
  keys = [two];
  await fits();
  await commit("3.baba");
  await storage.close();
  expect(reports).toEqual([]);
});

test("FileStorage.close() reports no work that is left if the store was sealed meanwhile", async () => {
  const sealed = () => Promise.reject(new BabaError("BABA_SEALED", "It is sealed."));
  const memory = memoryRuntime().fileSystem(".");
  const calls: Partial<FileSystem> = {};
  const said: string[] = [];
  const report = (message: string) => void said.push(message);
  const plain = new FileStorage(withCalls(memory, calls), runtime, { report });
  await plain.open();
  Object.assign(calls, { list: sealed, kinds: sealed, readRange: sealed, read: sealed });
  await plain.close();
  expect(said).toEqual([]);
});
