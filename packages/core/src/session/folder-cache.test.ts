import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { encode } from "../codec/index.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { withCalls } from "../file-system/with-calls.fixture.ts";
import { asked } from "../model/schemas.fixture.ts";
import type { Where } from "../model/where.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { SeededRandom } from "../testing/simulation/random.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import { FolderCache, FolderDraft } from "./folder-cache.ts";
import type { ReadOptions } from "./folder-reads.ts";

const Hero = v.object({ id: v.number(), tags: v.array(v.string()) });
const hero = (id: number) => ({ id, tags: [`tag ${id}`] });

/** A database as if in its own process, sharing only the volume, and the number of files it has read. */
function open(volume: MemoryVolume) {
  const counts = { files: 0 };
  const files = memoryFileSystem(volume);
  const counting = withCalls(files, {
    readEach(paths, take) {
      counts.files += paths.length;
      return files.readEach(paths, take);
    },
  });
  const context = assemble({ ...memoryRuntime(), fileSystem: () => counting });
  return { db: new Database(Hero, { logging: false }, context), counts, files };
}

async function filled(count: number) {
  const volume = new MemoryVolume();
  const opened = open(volume);
  await opened.db.asyncSession(async (session) => {
    for (let id = 0; id < count; id++) void session.add(hero(id), `a/${String(id).padStart(4, "0")}.baba`);
  });
  return { volume, ...opened };
}

describe("a folder that was read as a whole", () => {
  test("all(), filter() and stream() do not read again while nothing changes", async () => {
    const { db, counts } = await filled(300);
    const first = await db.asyncSession((session) => session.all("a", Hero));
    expect(counts.files).toBe(300);
    expect(await db.asyncSession((session) => session.all("a", Hero))).toEqual(first);
    expect(await db.asyncSession((session) => session.filter("a", { id: 7 }))).toEqual([hero(7)]);
    const names: string[] = [];
    await db.asyncSession(async (session) => {
      for await (const { filename } of session.stream("a")) names.push(filename);
    });
    expect(names).toHaveLength(300);
    expect(counts.files).toBe(300);
    await db.close();
  });

  test("all() gives each reader records of its own", async () => {
    const { db } = await filled(3);
    for (let i = 0; i < 3; i++) {
      const heroes = await db.asyncSession((session) => session.all("a", Hero));
      expect(heroes).toEqual([hero(0), hero(1), hero(2)]);
      for (const each of heroes) each.tags.push("changed");
    }
    await db.close();
  });

  test("all() validates by the schema of each reader", async () => {
    const { db } = await filled(3);
    const Named = v.object({ name: v.string() });
    await db.asyncSession((session) => session.all("a", Hero));
    const wrong = db.asyncSession((session) => session.all("a", Named));
    await expect(wrong).rejects.toMatchObject({ code: "BABA_SCHEMA_MISMATCH", record: "a/0000.baba" });
    await db.close();
  });

  test("filter() validates only what may fit after a schema that only looks has read all of it", async () => {
    const { db } = await filled(30);
    const { schema, times } = asked(Hero);
    const filter = (where: Where<v.InferOutput<typeof Hero>>) =>
      db.asyncSession((session) => session.filter("a", schema, where));
    expect(await filter({ id: 7 })).toEqual([hero(7)]);
    expect(times()).toBe(30);
    for (let i = 0; i < 2; i++) {
      const [found] = await filter({ id: 7 });
      expect(found).toEqual(hero(7));
      found?.tags.push("changed");
    }
    expect(times()).toBe(32);
    expect(await filter(({ id }) => id === 7)).toEqual([hero(7)]);
    expect(times()).toBe(62);
    await db.asyncSession((session) => session.add({ ...hero(99), id: 7 }, "a/9999.baba"));
    expect(await filter({ id: 7 })).toHaveLength(2);
    expect(times()).toBe(62 + 31);
    await db.close();
  });

  test("filter() validates all after another schema has read it, or with one that does more than look", async () => {
    const { db } = await filled(3);
    const Careful = v.pipe(
      Hero,
      v.check(() => true),
    );
    for (const { schema, times } of [asked(Hero), asked(Hero), asked(Careful)]) {
      const filter = () => db.asyncSession((session) => session.filter("a", schema, { id: 1 }));
      await filter();
      expect(times()).toBe(3);
      await filter();
      expect(times()).toBe(schema.type === "object" && !("pipe" in schema) ? 4 : 6);
    }
    await db.close();
  });

  test("filter() validates all after a reader that skips, so that what cannot be read is told", async () => {
    const { db } = await filled(3);
    const Other = v.object({ id: v.number() });
    await db.asyncSession((session) => session.add(Other, { id: 9 }, "a/9.baba"));
    const filter = (options?: ReadOptions) =>
      db.asyncSession((session) => session.filter("a", Hero, { id: 1 }, options));
    for (let i = 0; i < 2; i++) {
      expect(await filter({ unreadable: "skip" })).toEqual([hero(1)]);
      await expect(filter()).rejects.toMatchObject({ code: "BABA_SCHEMA_MISMATCH", record: "a/9.baba" });
    }
    await db.close();
  });

  test("all() reads again after another program put a file there, or removed one", async () => {
    const { db, files } = await filled(3);
    const ids = async () => (await db.asyncSession((session) => session.all("a", Hero))).map(({ id }) => id);
    expect(await ids()).toEqual([0, 1, 2]);
    await files.create([
      { path: "a/9.baba", bytes: encode(new TextEncoder().encode(JSON.stringify(hero(9)))) },
    ]);
    expect(await ids()).toEqual([0, 1, 2, 9]);
    await files.remove(["a/0001.baba"]);
    expect(await ids()).toEqual([0, 2, 9]);
    await db.close();
  });

  test("all() gives none of what a session queued and took back while it streamed", async () => {
    const { db } = await filled(600);
    const session = db.asyncSession();
    let seen = 0;
    for await (const { record } of session.stream("a")) {
      if (seen === 0) await session.update({ id: 550, tags: ["queued"] }, "a/0550.baba");
      if (record.id === 550) expect(record.tags).toEqual(["queued"]);
      if (seen++ === 590) session.rollback();
    }
    expect(await session.all("a", Hero)).toEqual(Array.from({ length: 600 }, (_, id) => hero(id)));
    await db.close();
  });

  test.each([1, 2, 3, 4])(
    "all() gives what a database sees that was just opened, whoever commits (seed %i)",
    async (seed) => {
      const random = new SeededRandom(seed);
      const volume = new MemoryVolume();
      const processes = [open(volume), open(volume)];
      const folder = (): string => (random.below(2) === 0 ? "a" : "b");
      const work = async (): Promise<void> => {
        const { db } = processes[random.below(2)] ?? open(volume);
        const name = `${folder()}/${random.below(6)}.baba`;
        await db.asyncSession(async (session) => {
          await session.all(folder(), Hero);
          if (random.below(3) === 0) await session.delete(name);
          else await session.update(hero(random.below(1000)), name);
          if (random.below(3) === 0) await session.all("a", Hero);
        });
      };
      for (let i = 0; i < 40; i++) {
        await work();
        const fresh = open(volume).db;
        for (const folder of ["a", "b"]) {
          const expected = await fresh.asyncSession((session) => session.all(folder, Hero));
          for (const { db } of processes)
            expect(await db.asyncSession((session) => session.all(folder, Hero))).toEqual(expected);
        }
        await fresh.close();
      }
      for (const { db } of processes) await db.close();
    },
  );
});

describe("FolderCache", () => {
  const draftOf = (length: number): FolderDraft => {
    const draft = new FolderDraft(1);
    draft.add(["1.baba"], ["x".repeat(length)]);
    return draft;
  };

  test("keep() keeps 16 MiB at most, and what was asked for last", () => {
    const cache = new FolderCache();
    const [third, stamp] = [3 * 1024 * 1024 - 100, "stamp"];
    for (const folder of ["a", "b"]) cache.keep(folder, stamp, draftOf(third));
    expect(cache.find("a", stamp)).toBeDefined();
    cache.keep("c", stamp, draftOf(third));
    expect(["a", "b", "c"].map((folder) => cache.find(folder, stamp) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
    cache.keep("a", stamp, draftOf(9 * 1024 * 1024));
    expect(["a", "c"].map((folder) => cache.find(folder, stamp) !== undefined)).toEqual([false, true]);
    cache.close();
    cache.keep("d", stamp, draftOf(1));
    expect(["c", "d"].map((folder) => cache.find(folder, stamp))).toEqual([undefined, undefined]);
  });

  test("keep() keeps 16 Ki of folders at most, also if they have no records", () => {
    const cache = new FolderCache();
    const folders = Array.from({ length: 20 * 1024 }, (_, i) => `${i}`);
    for (const folder of folders) cache.keep(folder, "stamp", new FolderDraft(0));
    const kept = folders.filter((folder) => cache.find(folder, "stamp") !== undefined);
    expect(kept).toEqual(folders.slice(4 * 1024));
  });

  test("find() forgets a folder that is asked for under another stamp", () => {
    const cache = new FolderCache();
    cache.keep("a", "old", draftOf(1));
    expect(cache.find("a", "new")).toBeUndefined();
    expect(cache.find("a", "old")).toBeUndefined();
  });

  test("gives up a draft whose first MiB promises twice of what is kept, and one that has more in the end", () => {
    const [kibibyte, mebibyte] = ["x".repeat(512 - 6), "x".repeat(512 * 1024 - 6)];
    const drafts = [32 * 1024, 33 * 1024].map((records) => new FolderDraft(records));
    for (let i = 0; i < 1024; i++) for (const draft of drafts) draft.add(["1.baba"], [kibibyte]);
    expect(drafts.map(({ spoiled }) => spoiled)).toEqual([false, true]);
    const late = new FolderDraft(20);
    for (let i = 0; i < 16; i++) late.add(["1.baba"], [mebibyte]);
    expect(late.spoiled).toBe(false);
    late.add(["1.baba"], [kibibyte]);
    expect(late.spoiled).toBe(true);
  });

  test("keep() keeps no folder of which a record has no text", () => {
    const [cache, draft] = [new FolderCache(), draftOf(1)];
    draft.add(["2.baba"], [undefined]);
    draft.add(["3.baba"], ["text"]);
    cache.keep("a", "stamp", draft);
    expect(cache.find("a", "stamp")).toBeUndefined();
  });
});
