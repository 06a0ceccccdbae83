import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BabaDB, type BabaOptions } from "../index.ts";

const Note = v.object({ id: v.number() });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "baba-within-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function open(folder: string, options: BabaOptions = {}): BabaDB<typeof Note> {
  return new BabaDB(Note, { directory: join(directory, folder), logging: false, ...options });
}

/** Adds a note in a database that is opened and closed for it. */
async function add(folder: string, id: number, options: BabaOptions = {}): Promise<void> {
  await using db = open(folder, options);
  await db.asyncSession((session) => session.add({ id }));
}

async function idsIn(folder: string, options: BabaOptions = {}): Promise<number[]> {
  await using db = open(folder, options);
  const notes = await db.asyncSession((session) => session.all());
  return notes.map(({ id }) => id);
}

describe("a store in a folder of another store's directory", () => {
  const key = new Uint8Array(32).fill(1);
  const kinds: BabaOptions[] = [{}, { passphrase: "outer" }, { key }];

  test("does not decide how open() and add() of the other have to unlock it, whichever was first", async () => {
    await add("users/ann", 1, { passphrase: "inner" });
    await add("users/bob", 2);
    for (const options of kinds) {
      await add("users", 3, options);
      expect(await idsIn("users", options)).toEqual([3]);
      rmSync(join(directory, "users", ".baba"), { recursive: true });
      rmSync(join(directory, "users", "3.baba"));
    }
    expect(await idsIn("users/ann", { passphrase: "inner" })).toEqual([1]);
    expect(await idsIn("users/bob")).toEqual([2]);
  });

  test("is not sealed by seal() of the other, which names it, changes nothing, and goes on without it", async () => {
    await add(".", 1);
    await add("users/bob", 2);
    mkdirSync(join(directory, "users", "bob", "notes"));
    {
      await using db = open(".", { passphrase: "outer" });
      await expect(db.seal()).rejects.toMatchObject({ code: "BABA_OPTION", record: "users/bob" });
    }
    expect(await idsIn(".")).toEqual([1]);
    expect(await idsIn("users/bob")).toEqual([2]);
    rmSync(join(directory, "users", "bob", ".baba"), { recursive: true });
    await using db = open(".", { passphrase: "outer" });
    expect(await db.seal()).toMatchObject({ records: 2, sealed: 2 });
  });

  test("is not sealed by rewrap() of the other either, while that is being sealed", async () => {
    await add(".", 1);
    await using db = open(".", { passphrase: "outer" });
    const stop = () => {
      throw new Error("stop");
    };
    await expect(db.seal({ onProgress: stop })).rejects.toThrow("stop");
    await add("users/bob", 2);
    for (const work of [() => db.rewrap(), () => db.seal()])
      await expect(work()).rejects.toMatchObject({ code: "BABA_OPTION", record: "users/bob" });
    expect(await idsIn("users/bob")).toEqual([2]);
  });
});
