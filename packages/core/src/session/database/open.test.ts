import { expect, test } from "vitest";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { add, failsWith, Note, NoteStore, note, read } from "../note-store.fixture.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";

test("open() that failed may be tried again, and so may whatever needs the store", async () => {
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
