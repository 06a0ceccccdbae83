import { beforeEach, describe, expect, test } from "vitest";
import { CommitUnknownError, LockedError } from "../../errors.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { MemoryVolume } from "../../file-system/memory-volume.ts";
import { JOURNAL_FOLDER, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import { unprotected } from "../protection.ts";
import { Journal } from "./journal.ts";
import { follow, journalOn, put, SimulatedJournal, sequences } from "./simulated-journal.fixture.ts";

let journal: SimulatedJournal;
beforeEach(async () => {
  journal = await SimulatedJournal.begin();
});

describe("Journal.append()", () => {
  test("syncs a full segment before it begins the next one, which is twice as long", async () => {
    const { a } = await journal.started();
    const synced: string[] = [];
    journal.hook = ({ call, path }) => {
      if (call === "sync") synced.push(path);
      return undefined;
    };
    expect(await a.append([put("small")])).toBe(false);
    expect(await a.append([put("x".repeat(16_000))])).toBe(true);
    expect(synced[0]).toBe(segmentPath(1));
    for (const size of [40_000, 300_000, 40_000, 40_000]) await a.append([put("x".repeat(size))]);
    const lengths = await Promise.all(
      (await journal.segments()).map(
        async (path) => (await journal.plain.readRange(path, 0, 1 << 20))?.length,
      ),
    );
    expect(lengths).toEqual([16_384, 20_480, 40_960, 303_104, 131_072]);
    expect(await sequences(journal.of("c"))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("writes a long commit directly into its segment, with zeros behind it", async () => {
    const [a, b] = [journal.of("a"), journal.of("b")];
    const changes = new Map(
      Array.from({ length: 2000 }, (_, i) => [`größe-${i}.baba`, new Uint8Array(200).fill(i)] as const),
    );
    expect(await a.append([changes])).toBe(true);
    expect((await follow(b)).commits).toMatchObject([{ changes }]);
    const segment = await journal.plain.readRange(segmentPath(1), 0, 1 << 20);
    const end = segment?.findLastIndex((byte) => byte !== 0) ?? 0;
    expect((segment?.length ?? 0) - end).toBeLessThan(2 * 4096);
    // Of two commits, neither body can be where the first one has to be.
    expect(await a.append([changes, changes])).toBe(true);
    expect((await follow(b)).commits).toMatchObject([{ changes }, { changes }]);
  });

  test("takes back a write that failed after all its bytes, and goes on in a segment of its own", async () => {
    const { a, b } = await journal.started();
    let failed = false;
    journal.hook = ({ call, size = 0 }) => {
      if (call !== "write" || failed) return undefined;
      failed = true;
      return { fail: "EIO", bytes: size };
    };
    await expect(a.append([put("two")])).rejects.toMatchObject({ code: "EIO" });
    expect(await sequences(b)).toEqual([]);
    expect(await a.append([put("zwei")])).toBe(true);
    expect((await follow(b)).commits[0]?.changes).toEqual(put("zwei"));
  });

  test.each([{ fail: "EIO" }, { fail: "EPERM", bytes: 0 }] as const)(
    "throws CommitUnknownError if a failed write cannot be taken back: %o",
    async (verdict) => {
      const { a } = await journal.started();
      journal.hook = ({ call }) => (call === "write" ? verdict : undefined);
      await expect(a.append([put("two")])).rejects.toThrow(CommitUnknownError);
    },
  );

  test.each(["EMFILE", "EACCES", "EPERM"] as const)(
    "goes on in a segment of its own if the file could not be opened, neither to write nor to take it back: %s",
    async (fail) => {
      const { a, b } = await journal.started();
      journal.hook = ({ call }) => (call === "write" ? { fail } : undefined);
      await expect(a.append([put("two")])).rejects.toMatchObject({ code: fail });
      journal.hook = () => undefined;
      expect(await sequences(b)).toEqual([]);
      expect(await a.append([put("zwei")])).toBe(true);
      expect((await follow(b)).commits[0]?.changes).toEqual(put("zwei"));
    },
  );

  test("says that its segment may have been removed by hand", async () => {
    const { a } = await journal.started();
    await journal.plain.remove([segmentPath(1)]);
    const appended = a.append([put("two")]);
    await expect(appended).rejects.toThrow("or files of the store were removed");
  });

  test("lets one of two writers begin a segment, and leaves nothing of the other", async () => {
    const [a, b] = [journal.of("a"), journal.of("b")];
    await a.append([put("one")]);
    await expect(b.append([put("eins")])).rejects.toThrow(LockedError);
    expect(await journal.plain.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  test("names a folder in the place of the first segment, and succeeds once it is gone", async () => {
    const volume = new MemoryVolume();
    const [files, record] = [memoryFileSystem(volume), segmentPath(1)];
    const a = journalOn(files, "a");
    for (const folder of [TEMPORARY_FOLDER, record]) volume.makeFolder(folder);
    await expect(a.append([put("one")])).rejects.toMatchObject({ code: "BABA_NOT_A_RECORD", record });
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
    volume.folder(JOURNAL_FOLDER).delete(record.slice(JOURNAL_FOLDER.length + 1));
    expect(await a.append([put("one")])).toBe(true);
  });

  test("throws CommitUnknownError if the journal's folder cannot be synced", async () => {
    journal.hook = ({ call }) => (call === "syncFolder" ? { fail: "EIO" } : undefined);
    await expect(journal.of("a").append([put("one")])).rejects.toThrow(CommitUnknownError);
  });

  test("succeeds although the temporary file cannot be removed", async () => {
    journal.hook = ({ call }) => (call === "remove" ? { fail: "EBUSY" } : undefined);
    expect(await journal.of("a").append([put("one")])).toBe(true);
  });

  test("names the fault, and goes on after it, if neither the segment nor the removal of its file succeeded", async () => {
    const { a, b } = await journal.started();
    const long = put("x".repeat(20_000));
    journal.hook = ({ call }) => (call === "create" ? undefined : { fail: "EPERM" });
    for (let i = 0; i < 2; i++) await expect(a.append([long])).rejects.toMatchObject({ code: "EPERM" });
    journal.hook = () => undefined;
    expect(await a.append([long])).toBe(true);
    expect(await sequences(b)).toEqual([2]);
    expect(await journal.plain.list(TEMPORARY_FOLDER)).toEqual([]);
  });
});

describe("Journal.sync(), secure(), mark(), distrust() and restart()", () => {
  test("leave an empty journal empty", async () => {
    const a = journal.of("a");
    await a.sync();
    await a.secure();
    a.noteSettled();
    await a.mark();
    a.distrust();
    expect(await follow(a)).toEqual({ commits: [], restarted: false });
    expect([a.sequence, a.checkpoint, a.placed, a.size, a.lastWriter, a.isOwn]).toEqual([
      0,
      0,
      0,
      0,
      undefined,
      false,
    ]);
    expect(await journal.segments()).toEqual([]);
  });

  test("sync() throws CommitUnknownError if it fails", async () => {
    const { a } = await journal.started();
    await a.append([put("two")]);
    journal.hook = ({ call }) => (call === "sync" ? { fail: "EIO" } : undefined);
    await expect(a.sync()).rejects.toThrow(CommitUnknownError);
  });

  test("secure() writes anew what another wrote and nobody says is synced, and only that", async () => {
    const { b } = await journal.started();
    await b.secure();
    expect(await journal.segments()).toEqual([segmentPath(1), segmentPath(2)]);
    await b.secure();
    expect(await journal.segments()).toHaveLength(2);
    expect(await sequences(journal.of("c"))).toEqual([1]);
  });

  test("secure() writes its own unsynced commits anew behind a write that failed", async () => {
    const { a } = await journal.started();
    await a.append([put("two")]);
    let failed = false;
    journal.hook = ({ call }) => {
      if (call !== "write" || failed) return undefined;
      failed = true;
      return { fail: "EIO" };
    };
    await expect(a.append([put("three")])).rejects.toMatchObject({ code: "EIO" });
    journal.hook = () => undefined;
    a.noteSettled();
    await a.mark();
    await a.secure();
    expect(await journal.segments()).toHaveLength(2);
    expect(await sequences(journal.of("c"))).toEqual([1, 2]);
  });

  test("mark() throws nothing if it fails, and nothing is written behind it", async () => {
    const { a, b } = await journal.started();
    journal.hook = ({ call }) => (call === "write" ? { fail: "EIO", bytes: 20 } : undefined);
    a.noteSettled();
    await a.mark();
    journal.hook = () => undefined;
    expect(a.placed).toBe(1);
    expect(await a.append([put("two")])).toBe(true);
    expect(await sequences(b)).toEqual([2]);
  });

  test("mark() writes nothing if it does not fit", async () => {
    const a = journal.of("a");
    await a.append([put("x".repeat(15_759))]);
    a.noteSettled();
    await a.mark();
    const b = journal.of("b");
    expect(await sequences(b)).toEqual([1]);
    expect([a.placed, b.placed]).toEqual([1, 0]);
  });

  test("distrust() forgets what marks said, down to the checkpoint", async () => {
    const { a, b } = await journal.started();
    a.noteSettled();
    await a.mark();
    await follow(b);
    b.distrust();
    expect(b.placed).toBe(0);
    await a.restart();
    await follow(b);
    b.distrust();
    expect(b.placed).toBe(1);
  });

  test("restart() begins a journal if there is none, and needs no list of what to remove", async () => {
    const a = journal.of("a");
    const files = journal.plain;
    files.list = async () => undefined;
    const writer = {
      token: "c".repeat(16),
      identity: "c",
      random: (length: number) => new Uint8Array(length),
      breathe: async () => {},
      isHeld: async () => true,
    };
    const c = new Journal(files, writer, unprotected);
    await c.restart();
    expect(await sequences(a)).toEqual([]);
    expect(a.lastWriter).toMatchObject({ identity: "c", token: "c".repeat(16) });
  });
});
