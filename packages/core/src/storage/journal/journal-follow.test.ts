import { beforeEach, describe, expect, test } from "vitest";
import { LockedError } from "../../errors.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { MemoryVolume } from "../../file-system/memory-volume.ts";
import { messageOf } from "../io-error.ts";
import { JOURNAL_FOLDER, STORE_FOLDER, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import { follow, is, journalOn, put, SimulatedJournal, sequences } from "./simulated-journal.fixture.ts";

let journal: SimulatedJournal;
beforeEach(async () => {
  journal = await SimulatedJournal.begin();
});

describe("Journal.follow()", () => {
  test("gives only new commits, and knows those again that another has written anew", async () => {
    const { a, b } = await journal.started();
    await b.append([put("two")]);
    expect(await sequences(a)).toEqual([2]);
    await a.append([put("three")]);
    expect(await sequences(b)).toEqual([3]);
    expect(await sequences(journal.of("c"))).toEqual([1, 2, 3]);
  });

  test("goes on to a segment that pins the place before a mark, and keeps what the mark said", async () => {
    const { a, b } = await journal.started();
    a.noteSettled();
    await a.mark();
    await follow(b);
    expect(b.placed).toBe(1);
    await b.append([put("two")]);
    expect(await sequences(a)).toEqual([2]);
    expect(a.placed).toBe(1);
  });

  test("goes on to a segment that pins the place that was read, and to one behind it", async () => {
    const { a, b } = await journal.started();
    const c = journal.of("c");
    await follow(c);
    await b.sync();
    await b.append([put("two")]);
    await b.sync();
    await follow(a);
    await a.sync();
    await a.append([put("three")]);
    expect(await sequences(c)).toEqual([2, 3]);
  });

  test("refuses a segment in whose place this storage has seen other commits", async () => {
    const { a, b } = await journal.started();
    await a.append([put("two")]);
    await b.append([put("zwei")]);
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("refuses a segment that lacks a commit that this storage has seen", async () => {
    const { a, b } = await journal.started();
    await a.append([put("two")]);
    await b.secure();
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("refuses a segment that pins what was never read", async () => {
    const { a, b } = await journal.started();
    await b.secure();
    await journal.forge(2, (header) => ({ ...header, previousChain: header.previousChain + 1n }));
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("refuses a segment that gives other numbers to what it has written anew", async () => {
    const { a, b } = await journal.started();
    await b.secure();
    await journal.forge(2, (header) => ({ ...header, base: 5 }), [{ sequence: 6, changes: put("one") }]);
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("calls a segment damaged that pins another chain at the place that was read", async () => {
    const { a, b } = await journal.started();
    const c = journal.of("c");
    await a.append([put("two")]);
    await follow(c);
    await c.sync();
    await c.append([put("three")]);
    await journal.forge(2, (header) => ({ ...header, previousChain: header.previousChain + 1n }));
    await expect(b.follow()).rejects.toMatchObject({ code: "BABA_JOURNAL", record: segmentPath(2) });
  });

  test("begins anew if a checkpoint has removed the segment that it was in", async () => {
    const { a, b } = await journal.started();
    await b.append([put("two")]);
    await b.restart();
    const news = await follow(a);
    expect(news).toEqual({ commits: [], restarted: true });
    expect([a.sequence, a.checkpoint]).toEqual([2, 2]);
    expect(await journal.segments()).toEqual([segmentPath(3)]);
  });

  test("loses nothing if a checkpoint of all commits that it knows removes the segment that it was in", async () => {
    const { a, b } = await journal.started();
    await b.restart();
    expect(await follow(a)).toEqual({ commits: [], restarted: false });
    expect([a.sequence, a.checkpoint]).toEqual([1, 1]);
    await b.restart();
    await b.append([put("two")]);
    expect(await sequences(a)).toEqual([2]);
  });

  test("begins anew if a checkpoint comes before it reads the next segment's header", async () => {
    const { a, b } = await journal.started();
    const c = journal.of("c");
    await b.append([put("two")]);
    await follow(c);
    journal.once(is("a", "readRange", segmentPath(2)), () => c.restart());
    expect((await follow(a)).restarted).toBe(true);
    expect([a.sequence, a.checkpoint]).toEqual([2, 2]);
  });

  test("begins anew if a checkpoint comes before it looks behind what it has read", async () => {
    const { a, b } = await journal.started();
    journal.once(is("b", "readRange", segmentPath(1)), () => a.restart());
    expect(await follow(b)).toEqual({ commits: [], restarted: false });
    expect([b.sequence, b.checkpoint]).toEqual([1, 1]);
  });

  test("begins anew if a checkpoint comes between its look at the end and its reading", async () => {
    const { a, b } = await journal.started();
    await a.append([put("two")]);
    journal.once(is("b", "read", segmentPath(1)), async () => {
      await a.sync();
      await a.restart();
    });
    expect((await follow(b)).restarted).toBe(true);
    expect(b.sequence).toBe(2);
  });

  test("begins anew if a checkpoint comes while it compares what was written anew", async () => {
    const { a, b } = await journal.started();
    const c = journal.of("c");
    await b.append([put("two")]);
    await follow(c);
    let looks = 0;
    journal.once(
      (step) => is("a", "readRange", segmentPath(2))(step) && ++looks === 2,
      () => c.restart(),
    );
    expect((await follow(a)).restarted).toBe(true);
    expect(a.checkpoint).toBe(2);
  });

  test("keeps what it has read of a segment if the next one goes before it is read", async () => {
    const { a, b } = await journal.started();
    const c = journal.of("c");
    await a.append([put("two")]);
    await a.sync();
    let followed: number[] = [];
    journal.once(is("a", "remove", segmentPath(1)), async () => {
      journal.once(is("b", "kinds", segmentPath(3)), async () => {
        await follow(c);
        await c.restart();
      });
      followed = await sequences(b);
    });
    await a.restart();
    expect(followed).toEqual([2]);
    expect(await journal.segments()).toEqual([segmentPath(3)]);
  });

  test("gives all commits since the checkpoint again if marks were taken back", async () => {
    const { a, b } = await journal.started();
    a.noteSettled();
    await a.mark();
    await follow(b);
    expect(b.placed).toBe(1);
    await a.revoke();
    const news = await follow(b);
    expect(news.restarted).toBe(true);
    expect(news.commits.map(({ sequence }) => sequence)).toEqual([1]);
    expect(b.placed).toBe(0);
  });

  test("refuses to go on if the journal is gone, or an older one is in its place", async () => {
    const { b } = await journal.started();
    await b.append([put("two")]);
    await journal.plain.remove([segmentPath(1), segmentPath(2)]);
    await expect(b.follow()).rejects.toThrow(LockedError);
    await journal.of("d").append([put("other")]);
    await expect(b.follow()).rejects.toThrow(LockedError);
  });

  for (const [what, replace] of [
    ["lacks what was read", (older: Uint8Array) => older],
    ["is empty", ({ length }: Uint8Array) => new Uint8Array(length)],
    ["is cut short", (older: Uint8Array) => older.subarray(0, 100)],
  ] as const) {
    test(`notices that a segment is in the place of the one that was read that ${what}`, async () => {
      const { a, b } = await journal.started();
      const path = segmentPath(1);
      const older = (await journal.plain.readRange(path, 0, 1 << 20)) ?? new Uint8Array();
      await a.append([put("two")]);
      expect(await sequences(b)).toEqual([2]);
      await journal.plain.remove([path]);
      await journal.plain.create([{ path, bytes: replace(older) }]);
      await expect(b.follow()).rejects.toThrow(LockedError);
    });
  }

  test("notices that another segment is in the place of one of which only the start was read", async () => {
    const { a } = await journal.started();
    const c = journal.of("c");
    await a.restart();
    await follow(c);
    await journal.forge(2, (header) => ({ ...header, salt: new Uint8Array(16) }));
    await expect(c.follow()).rejects.toThrow(LockedError);
  });

  test("tells a reader, which has no lock, of commits that are gone, and of no lock that it held", async () => {
    await journal.started();
    const reader = journal.of("c");
    await follow(reader);
    await journal.plain.remove([segmentPath(1)]);
    const told = await reader.follow().catch(messageOf);
    expect(told).toContain("no longer in the journal");
    expect(told).toContain("or files of the store were removed");
    expect(told).not.toContain("while this one held");
  });

  test("names a folder in the place of the segment that comes next", async () => {
    const { b } = await journal.started();
    await journal.plain.makeFolder(segmentPath(2));
    await expect(b.follow()).rejects.toMatchObject({ code: "BABA_NOT_A_RECORD", record: segmentPath(2) });
    await expect(b.follow()).rejects.toThrow("is a folder");
  });

  test("tells a journal that went with its folder from one that was taken over", async () => {
    const volume = new MemoryVolume();
    const removed = journalOn(memoryFileSystem(volume), "a");
    for (const folder of [JOURNAL_FOLDER, TEMPORARY_FOLDER]) volume.makeFolder(folder);
    await removed.append([put("one")]);
    volume.folder(STORE_FOLDER).delete("journal");
    await expect(removed.follow()).rejects.toMatchObject({ code: "BABA_IO", record: STORE_FOLDER });
    volume.makeFolder(JOURNAL_FOLDER);
    await expect(removed.follow()).rejects.toThrow(LockedError);
  });

  test("passes an error of the file system on as it is", async () => {
    const { a, b } = await journal.started();
    await a.append([put("two")]);
    journal.hook = (step) => (is("b", "read", segmentPath(1))(step) ? { fail: "EACCES" } : undefined);
    await expect(b.follow()).rejects.toMatchObject({ code: "EACCES" });
    journal.hook = () => undefined;
    expect(await sequences(b)).toEqual([2]);
  });
});
