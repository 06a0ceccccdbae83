import { beforeEach, describe, expect, test } from "vitest";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import { Note, NoteStore, type Notes } from "./note-store.fixture.ts";

const MIB = 1024 * 1024;
const RECORDS = 24;
/** Records of 2 MiB that may be in memory at once: 16 MiB, and one portion of the same size in excess. */
const MOST = 16;

let store: NoteStore;
let db: Notes;
/** Records that were inflated and are still in use. */
let inflated: number;
let most: number;

beforeEach(async () => {
  store = new NoteStore();
  [inflated, most] = [0, 0];
  const { compression } = store.runtime;
  db = new Database(
    Note,
    { passphrase: "x", logging: false },
    assemble({
      ...store.runtime,
      compression: {
        inflate: (bytes, limit) => {
          most = Math.max(most, ++inflated);
          return compression.inflate(bytes, limit);
        },
        deflate: (bytes) => {
          inflated--;
          return compression.deflate(bytes);
        },
      },
    }),
  );
  const text = "x".repeat(2 * MIB);
  await db.asyncSession(async (session) => {
    for (let id = 0; id < RECORDS; id++) await session.add({ id, text });
  });
  inflated = 0;
});

describe("records that are small on the disk and large in memory", () => {
  test("stream() gives them in their order, and does not inflate all of them at once", async () => {
    const ids: string[] = [];
    await db.asyncSession(async (session) => {
      for await (const { filename } of session.stream()) {
        ids.push(filename);
        inflated--;
      }
    });
    expect(ids).toEqual(Array.from({ length: RECORDS }, (_, id) => `${id}.baba`).sort());
    expect(most).toBeLessThanOrEqual(MOST);
    await db.close();
  });

  test("all() gives them in their order, with the session's own among them", async () => {
    await db.asyncSession(async (session) => {
      for (const id of [0, 5, 23]) await session.add({ id, text: "own" });
      const notes = await session.all();
      expect(notes.map(({ id }) => `${id}.baba`)).toEqual(
        Array.from({ length: RECORDS }, (_, id) => `${id}.baba`).sort(),
      );
      expect(notes.filter(({ text }) => text === "own").map(({ id }) => id)).toEqual([0, 23, 5]);
    });
    await db.close();
  });

  test("rewrap() seals and verify() checks them in parts", async () => {
    await db.rotateKey();
    expect(await db.rewrap()).toMatchObject({ records: RECORDS, sealed: RECORDS, problems: [] });
    expect(most).toBeLessThanOrEqual(MOST);
    expect(await db.verify()).toEqual({ records: RECORDS, problems: [] });
    await db.close();
  });
});
