import { describe, expect, test, vi } from "vitest";
import { ConflictError } from "../../errors.ts";
import { FolderCache } from "../folder-cache.ts";
import { add, Note, NoteStore } from "../note-store.fixture.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";
import { Lifetime } from "./lifetime.ts";

describe("Database.close()", () => {
  test.each(["rewrap", "verify"] as const)("waits for %s() that is under way", async (method) => {
    const store = new NoteStore();
    const db = await store.filled({ passphrase: "x" });
    await db.rotateKey();
    let ended = false;
    const working = db[method]().finally(() => {
      ended = true;
    });
    await db.close();
    expect(ended).toBe(true);
    expect(await working).toMatchObject({ records: 3 });
  });

  test("says that all work has ended before it releases the store, and opens nothing any more", async () => {
    const { runtime } = new NoteStore();
    const lifetime = new Lifetime({ logging: false }, assemble(runtime));
    const { storage } = await lifetime.openedNow();
    const events: string[] = [];
    void lifetime.tracked(runtime.turn().then(() => void events.push("work")));
    const close = storage.close.bind(storage);
    storage.close = () => {
      events.push("released");
      return close();
    };
    await lifetime.close(() => void events.push("ended"));
    expect(events).toEqual(["work", "ended", "released"]);
    await expect(lifetime.opened()).rejects.toMatchObject({ code: "BABA_CLOSED" });
  });

  test("releases the store that two databases have, also if both are closed at once", async () => {
    const { runtime } = new NoteStore();
    let closings = 0;
    const fileSystem = () => {
      const files = runtime.fileSystem(".");
      const close = files.close.bind(files);
      files.close = () => {
        closings += 1;
        return close();
      };
      return files;
    };
    const context = assemble({ ...runtime, fileSystem });
    for (const atOnce of [false, true]) {
      closings = 0;
      const databases = [1, 2].map(() => new Database(Note, { logging: false }, context));
      for (const [id, db] of databases.entries()) await add(db, id);
      if (atOnce) await Promise.all(databases.map((db) => db.close()));
      else for (const db of databases) await db.close();
      expect(closings).toBe(1);
    }
  });

  test("warns once of changes that no session has committed", async () => {
    const { runtime } = new NoteStore();
    const db = new Database(Note, {}, assemble(runtime));
    const [left, committed, rolledBack, failed] = [1, 2, 3, 4].map(() => db.asyncSession());
    for (const [i, session] of [left, committed, rolledBack, failed].entries())
      await session?.add({ id: i, text: "" });
    await left?.delete("0.baba");
    await left?.add({ id: 9, text: "" });
    await failed?.get("1.baba");
    await committed?.commit();
    rolledBack?.rollback();
    await expect(failed?.commit()).rejects.toBeInstanceOf(ConflictError);
    await db.close();
    await left?.[Symbol.asyncDispose]();
    const warnings = runtime.terminalLines.filter((line) => line.includes("Discarded"));
    expect(warnings).toEqual([
      "[BABA (WARNING)] LOG: Discarded 3 changes that no session had committed before close()",
    ]);
  });

  test("drops the texts of folders that are kept in memory", async () => {
    const closing = vi.spyOn(FolderCache.prototype, "close");
    const db = await new NoteStore().filled({});
    await db.asyncSession((session) => session.all());
    expect(closing).not.toHaveBeenCalled();
    await db.close();
    expect(closing).toHaveBeenCalledOnce();
    closing.mockRestore();
  });

  test("forgets the fingerprint, which could not be told from wiped keys", async () => {
    const db = await new NoteStore().filled({ passphrase: "x" });
    expect(db.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    await db.close();
    expect(db.fingerprint).toBeUndefined();
  });

  test("forgets the fingerprint although the store cannot be released", async () => {
    const { files, runtime } = new NoteStore();
    files.close = () => Promise.reject(new Error("stuck"));
    const context = assemble({ ...runtime, fileSystem: () => files });
    const db = new Database(Note, { logging: false, passphrase: "x" }, context);
    await add(db, 1);
    await expect(db.close()).rejects.toThrow("stuck");
    expect(db.fingerprint).toBeUndefined();
  });

  test("puts what was committed in its place although another database has the folder open", async () => {
    const { files, runtime } = new NoteStore();
    const context = assemble(runtime);
    const [writer, reader] = [
      new Database(Note, { logging: false, settle: "background" }, context),
      new Database(Note, { logging: false }, context),
    ];
    await reader.open();
    await add(writer, 1);
    await writer.close();
    expect(await files.kinds(["1.baba"])).toEqual(["file"]);
    await reader.close();
  });
});

test("Database logs a shared store's warnings while it has the store open, and not after close()", async () => {
  const { files, runtime } = new NoteStore();
  let warn: ((message: string) => void) | undefined;
  const context = assemble({
    ...runtime,
    fileSystem: (_, warning) => {
      warn = warning;
      return files;
    },
  });
  const heard: string[] = [];
  const open = async (name: string): Promise<Database<typeof Note>> => {
    const line = (text: string) => void (text.includes("A file system's note") && heard.push(name));
    const logging = { debug: line, info: line, warn: line, error: line };
    return new Database(Note, { logging }, context).open();
  };
  const first = await open("first");
  const ofTheStore = warn;
  const second = await open("second");
  ofTheStore?.("A file system's note");
  await first.close();
  ofTheStore?.("A file system's note");
  expect(heard).toEqual(["first", "second", "second"]);
  await second.close();
});
