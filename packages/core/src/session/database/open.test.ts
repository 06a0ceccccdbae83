import { expect, test } from "vitest";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { MemoryVolume } from "../../file-system/memory-volume.ts";
import { add, failsWith, Note, NoteStore, note, read } from "../note-store.fixture.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";

test("Database.open() may be tried again after it failed, and so may whatever needs the store", async () => {
  const files = memoryFileSystem();
  const identity = files.identity.bind(files);
  let isRefused = true;
  files.identity = () =>
    isRefused ? Promise.reject(Object.assign(new Error("refused"), { code: "EACCES" })) : identity();
  const context = assemble({ ...new NoteStore().runtime, fileSystem: () => files });
  const db = new Database(Note, { logging: false }, context);
  await failsWith(db.open(), "BABA_PERMISSION");
  await failsWith(add(db, 1), "BABA_PERMISSION");
  isRefused = false;
  await add(db, 1);
  expect(await read(db)).toEqual(note(1));
  await db.close();
});

test("Database.open() begins a new store if a failed sync has stopped the folder's first one", async () => {
  const volume = new MemoryVolume();
  let fails = false;
  const fileSystem = () => {
    const files = memoryFileSystem(volume);
    const sync = files.sync.bind(files);
    files.sync = (paths) =>
      fails ? Promise.reject(Object.assign(new Error("lost"), { code: "EIO" })) : sync(paths);
    return files;
  };
  const context = assemble({ ...new NoteStore().runtime, fileSystem });
  const [first, second] = [0, 1].map(() => new Database(Note, { logging: false }, context));
  if (first === undefined || second === undefined) throw new Error("two databases");
  await add(first, 1);
  await second.open();
  fails = true;
  await failsWith(add(first, 2), "BABA_COMMIT_UNKNOWN");
  fails = false;
  await failsWith(add(second, 3), "BABA_COMMIT_UNKNOWN");
  await first.close();
  const again = new Database(Note, { logging: false }, context);
  await add(again, 3);
  expect(await read(second, "3.baba")).toEqual(note(3));
  await failsWith(add(second, 4), "BABA_COMMIT_UNKNOWN");
  const third = new Database(Note, { logging: false }, context);
  await add(third, 4);
  await second.close();
  await again.close();
  expect(await read(third, "4.baba")).toEqual(note(4));
  await third.close();
});

test("Database.open() begins a new store if the store's folder went while the first one had it open", async () => {
  const volume = new MemoryVolume();
  const context = assemble({ ...new NoteStore().runtime, fileSystem: () => memoryFileSystem(volume) });
  const [first, second] = [0, 1].map(() => new Database(Note, { logging: false }, context));
  if (first === undefined || second === undefined) throw new Error("two databases");
  await add(first, 1);
  volume.folder(".").delete(".baba");
  await failsWith(add(first, 2), "BABA_IO");
  await add(second, 2);
  expect(await read(second, "2.baba")).toEqual(note(2));
  await second.close();
  await first.close();
});

test("Database.open() with the right passphrase opens a store that others of its process open with a wrong one", async () => {
  const { runtime } = new NoteStore();
  const context = assemble(runtime);
  const openWith = (passphrase: string) => new Database(Note, { logging: false, passphrase }, context);
  const first = openWith("right");
  await add(first, 1);
  await first.close();
  const [wrong, right, another] = [openWith("wrong"), openWith("right"), openWith("wrong")];
  const [refused, opened, alsoRefused] = await Promise.allSettled([
    wrong.open(),
    right.open(),
    another.open(),
  ]);
  expect(refused).toMatchObject({ status: "rejected", reason: { code: "BABA_KEY_WRONG" } });
  expect(opened).toMatchObject({ status: "fulfilled" });
  expect(alsoRefused).toMatchObject({ status: "rejected", reason: { code: "BABA_KEY_WRONG" } });
  expect(await read(right)).toEqual(note(1));
  for (const db of [wrong, right, another]) await db.close();
});
