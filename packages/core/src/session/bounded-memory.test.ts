import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../codec/index.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { withCalls } from "../file-system/with-calls.fixture.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import { Note, NoteStore, type Notes, utf8 } from "./note-store.fixture.ts";

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

describe("records that are large after many small ones", () => {
  const [SMALL, ALL] = [400, 912];
  const LARGE_TEXT = "x".repeat(300 * 1024);
  /** 16 MiB of these, and one in excess. */
  const MOST_LARGE = Math.floor((16 * MIB) / LARGE_TEXT.length) + 1;
  /** Chunks of a stream that are under way at once. */
  const UNDER_WAY = 2;
  const numbered = (id: number, text: string) => ({ id: 1000 + id, text });

  /** A store of small records, which are large from a number on for whoever opens it then. */
  const opened = async () => {
    const plain = await filledWith((id) => numbered(id, "small"));
    const large = encode(utf8.encode(JSON.stringify(numbered(SMALL, LARGE_TEXT))));
    const counted = { large: 0 };
    const readEach: FileSystem["readEach"] = (paths, take) =>
      plain.files.readEach(paths, (file, i) => {
        const isLarge = String(paths[i]) >= `${1000 + SMALL}.baba`;
        if (isLarge) counted.large++;
        take(isLarge ? large : file, i);
      });
    const fileSystem = () => withCalls(plain.files, { readEach });
    const context = assemble({ ...plain.runtime, fileSystem });
    return { notes: new Database(Note, { logging: false }, context), counted };
  };
  const filledWith = async (noteOf: (id: number) => { id: number; text: string }) => {
    const plain = new NoteStore();
    const notes = plain.open();
    await notes.asyncSession(async (session) => {
      for (let id = 0; id < ALL; id++) await session.add(noteOf(id));
    });
    await notes.close();
    return plain;
  };

  test("stream() has read no more of them than a few MiB for each chunk when it gives the first one", async () => {
    const { notes, counted } = await opened();
    await notes.asyncSession(async (session) => {
      for await (const { record } of session.stream()) if (record.text !== "small") break;
    });
    expect(counted.large).toBeGreaterThan(0);
    expect(counted.large).toBeLessThanOrEqual(UNDER_WAY * MOST_LARGE);
    await notes.close();
  });

  test("verify() reads all of them", async () => {
    const { notes, counted } = await opened();
    expect(await notes.verify()).toEqual({ records: ALL, problems: [] });
    expect(counted.large).toBe(ALL - SMALL);
    await notes.close();
  });
});
