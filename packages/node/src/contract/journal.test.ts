import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BabaDB } from "../index.ts";
import { keyOfRaw, openEnvelope, toBase3 } from "./independent-envelope.ts";
import { readJournal } from "./independent-journal.ts";

const Note = v.object({ id: v.number(), text: v.string() });
const note = (id: number) => ({ id, text: `note ${id} ${"é".repeat(id % 7)}` });

const NOBODY = 65534;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "baba-journal-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Commits some changes and returns the journal as it was before close() tidied up. */
async function written(key?: Uint8Array): Promise<string> {
  const store = join(directory, "store");
  const options = { directory: store, logging: false, ...(key === undefined ? {} : { key }) };
  const first = new BabaDB(Note, options);
  await first.asyncSession((session) => session.add(note(0)));
  await first.close();
  const db = new BabaDB(Note, { ...options, settle: "background" });
  for (let id = 1; id <= 5; id++) {
    await db.asyncSession(async (session) => {
      await session.add(note(id));
      await session.add(note(id + 100), `cafe\u0301/${id}.baba`);
      await session.delete(`${id - 1}.baba`);
    });
  }
  const copy = join(directory, "copy");
  cpSync(store, copy, { recursive: true });
  await db.close();
  return copy;
}

/** The superuser may write everything, and so becomes nobody for the time being. */
async function withoutRights(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  chownSync(directory, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

const wanted = [1, 2, 3, 4, 5].map((id) => [
  [`${id}.baba`, JSON.stringify(note(id))],
  [`caf\u00e9/${id}.baba`, JSON.stringify(note(id + 100))],
  [`${id - 1}.baba`, undefined],
]);

test("BabaDB writes a plain store's journal that docs/format.md alone suffices to read", async () => {
  const commits = readJournal(await written());
  expect(commits.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6]);
  expect(commits.map(({ changes }) => changes.map(([name, payload]) => [name, payload?.toString()]))).toEqual(
    wanted,
  );
});

test("BabaDB writes a sealed store's journal that docs/format.md and its key alone suffice to read", async () => {
  const key = randomBytes(32);
  const copy = await written(Uint8Array.from(key));
  const seal = keyOfRaw(key);
  const opened = readJournal(copy, seal).map(({ changes }) =>
    changes.map(([name, payload]) => [name, payload && openEnvelope(toBase3(payload), name, seal).json]),
  );
  expect(opened).toEqual(wanted);
  expect(() => readJournal(copy, keyOfRaw(randomBytes(32)))).toThrow("another key");
  expect(() => readJournal(copy, { ...seal, key: randomBytes(32) })).toThrow("tag is wrong");
  expect(() => readJournal(copy)).toThrow("another protection");
});

test("BabaDB.open() refuses a segment that was replaced by a link, and does not take it for no journal", async () => {
  const copy = await written();
  // Its owner lives, and would be waited for.
  rmSync(join(copy, ".baba", "lock"), { force: true });
  const journal = join(copy, ".baba", "journal");
  const newest = join(journal, readdirSync(journal).sort().at(-1) ?? "");
  const elsewhere = join(directory, "elsewhere");
  renameSync(newest, elsewhere);
  symlinkSync(elsewhere, newest);
  const linked = new BabaDB(Note, { directory: copy, logging: false });
  await expect(linked.open()).rejects.toMatchObject({
    code: "BABA_NOT_A_RECORD",
    record: expect.stringContaining(".baba/journal/"),
  });
  await linked.close();
  rmSync(newest);
  renameSync(elsewhere, newest);
  const restored = new BabaDB(Note, { directory: copy, logging: false });
  expect(await restored.asyncSession((session) => session.get("5.baba"))).toEqual(note(5));
  await restored.close();
});

test("add() says BABA_PERMISSION if the journal's segment may not be written any more, and the next one begins another", async () => {
  await withoutRights(async () => {
    const store = join(directory, "store");
    const segments = join(store, ".baba", "journal");
    await using db = new BabaDB(Note, { directory: store, logging: false });
    await db.asyncSession((session) => session.add(note(1)));
    const [first = ""] = readdirSync(segments);
    // Before that, a note of what is in place is still to be written.
    await vi.waitFor(() => expect(existsSync(join(store, ".baba", "lock"))).toBe(false));
    chmodSync(join(segments, first), 0o400);
    const refused = db.asyncSession((session) => session.add(note(2)));
    await expect(refused).rejects.toMatchObject({ code: "BABA_PERMISSION" });
    await db.asyncSession((session) => session.add(note(3)));
    expect(await db.asyncSession().all()).toEqual([note(1), note(3)]);
    expect(readdirSync(segments)).toHaveLength(2);
  });
});
