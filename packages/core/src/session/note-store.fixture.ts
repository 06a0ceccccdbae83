import * as v from "valibot";
import { expect } from "vitest";
import { decode } from "../codec/index.ts";
import { nobleCrypto } from "../crypto/noble.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { withCalls } from "../file-system/with-calls.fixture.ts";
import { type MemoryRuntime, memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import type { BabaOptions } from "./options.ts";

export const KEY_FILE = ".baba/key.age";
export const Note: v.ObjectSchema<
  { readonly id: v.NumberSchema<undefined>; readonly text: v.StringSchema<undefined> },
  undefined
> = v.object({ id: v.number(), text: v.string() });
export const utf8: TextEncoder = new TextEncoder();
export type Notes = Database<typeof Note>;

/** An in-memory folder with a store of notes, for tests of whole-store operations; its scrypt is instant. */
export class NoteStore {
  readonly runtime: MemoryRuntime;
  readonly files: FileSystem;

  constructor() {
    const scrypt = async (password: Uint8Array, salt: Uint8Array) =>
      nobleCrypto.hkdf(password, salt, new Uint8Array(), 32);
    this.runtime = { ...memoryRuntime(), crypto: { ...nobleCrypto, scrypt } };
    this.files = this.runtime.fileSystem(".");
  }

  /** A database as if in a process of its own. */
  open(options: BabaOptions = {}): Notes {
    return new Database(Note, { logging: false, ...options }, assemble(this.runtime));
  }

  /** The same, but no new journal segment can be created while `isFull` returns true. */
  openOnDisk(isFull: () => boolean, options: BabaOptions): Notes {
    const create: FileSystem["create"] = async (created) => {
      if (isFull() && created.some(({ path }) => path.includes("-segment-")))
        throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      return this.files.create(created);
    };
    const files = withCalls(this.files, { create });
    const runtime = { ...this.runtime, fileSystem: () => files };
    return new Database(Note, { logging: false, ...options }, assemble(runtime));
  }

  /** Like `open`, filled with notes, every other one in a folder. */
  async filled(options: BabaOptions, count = 3): Promise<Notes> {
    const db = this.open(options);
    await db.asyncSession(async (session) => {
      for (let id = 1; id <= count; id++)
        await session.add(note(id), id % 2 === 0 ? `a/b/${id}.baba` : undefined);
    });
    return db;
  }

  async bytesOf(path: string): Promise<Uint8Array> {
    const [bytes] = await this.files.read([path]);
    if (!(bytes instanceof Uint8Array)) throw new Error(`no ${path}`);
    return bytes;
  }

  /** The decoded contents of a record's file. */
  async keptBytes(name: string): Promise<Uint8Array> {
    return decode(await this.bytesOf(name));
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.files.remove([path]);
    await this.files.create([{ path, bytes }]);
  }
}

export function note(id: number): { id: number; text: string } {
  return { id, text: `note ${id}` };
}

export function add(db: Notes, id: number, name?: string): Promise<string> {
  return db.asyncSession((session) => session.add(note(id), name));
}

export function read(db: Notes, name = "1.baba"): Promise<{ id: number; text: string } | undefined> {
  return db.asyncSession((session) => session.get(name));
}

/** The paths and bytes of all files, as text. */
export async function everythingIn(files: FileSystem, folder = "."): Promise<string> {
  const texts: string[] = [];
  for (const { name, kind } of (await files.list(folder)) ?? []) {
    const path = folder === "." ? name : `${folder}/${name}`;
    const [bytes] = kind === "folder" ? [await everythingIn(files, path)] : await files.read([path]);
    texts.push(`${path}: ${bytes}`);
  }
  return texts.sort().join("\n");
}

export function failsWith(work: Promise<unknown>, code: string): Promise<void> {
  return expect(work).rejects.toThrow(expect.objectContaining({ code }));
}
