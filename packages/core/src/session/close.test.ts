import { describe, expect, test, vi } from "vitest";
import { assemble } from "./assemble.ts";
import { FolderCache } from "./folder-cache.ts";
import { Lifetime } from "./lifetime.ts";
import { NoteStore } from "./note-store.fixture.ts";

describe("close()", () => {
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

  test("drops the texts that are kept of folders", async () => {
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
});
