import { beforeEach, describe, expect, test } from "vitest";
import { failsWith, NoteStore, note, read } from "./note-store.fixture.ts";
import type { BabaOptions } from "./options.ts";

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("AsyncSession.move()", () => {
  test.each([{ key: new Uint8Array(32) }, {}] as BabaOptions[])(
    "gives a record another name (%o)",
    async (options) => {
      const db = await store.filled(options);
      await db.asyncSession(async (session) => {
        expect(await session.move("1.baba", "deep/er/one.baba")).toBe(true);
        expect(await session.move("none.baba", "some.baba")).toBe(false);
        expect(await session.move("3.baba", "3.baba")).toBe(true);
        expect(await session.exists("1.baba")).toBe(false);
        expect(await session.get("deep/er/one.baba")).toEqual(note(1));
      });
      expect(await read(db)).toBeUndefined();
      expect(await read(db, "deep/er/one.baba")).toEqual(note(1));
      expect(await read(db, "3.baba")).toEqual(note(3));
      await failsWith(
        db.asyncSession((session) => session.move("3.baba", "a/b/2.baba")),
        "BABA_EXISTS",
      );
      await db.asyncSession(async (session) => {
        await session.delete("a/b/2.baba");
        await session.move("3.baba", "a/b/2.baba");
      });
      expect(await read(db, "a/b/2.baba")).toEqual(note(3));
      await db.close();
    },
  );

  test("moves nothing that does not open", async () => {
    const db = await store.filled({ passphrase: "x" });
    await store.put("4.baba", await store.bytesOf("3.baba"));
    await failsWith(
      db.asyncSession((session) => session.move("4.baba", "5.baba")),
      "BABA_TAMPERED",
    );
    await db.close();
  });
});
