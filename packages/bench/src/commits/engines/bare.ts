import { closeSync, constants, fdatasyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encode } from "@baba/core";
import type { Engine } from "../engine.ts";
import { people } from "../records.ts";

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const json = new TextEncoder().encode(people(10_000, 1).map((person) => JSON.stringify(person))[0]);

/** The least that a temporary file and a rename for each record can cost: one record's text, made before, and nothing synced. */
export async function bareFiles(folder: string): Promise<Engine> {
  const text = encode(json);
  mkdirSync(join(folder, "tmp"));
  const place = (id: number): void => {
    const temporary = join(folder, "tmp", String(id));
    const descriptor = openSync(temporary, NEW, 0o600);
    writeSync(descriptor, text);
    closeSync(descriptor);
    renameSync(temporary, join(folder, `${id}.baba`));
  };
  return {
    async commit(records) {
      for (const { id } of records) place(id);
    },
    close: async () => undefined,
  };
}

/** The least that durability can cost: all records' JSON, made before, appended to one open file and synced once. */
export async function bareAppend(folder: string): Promise<Engine> {
  const descriptor = openSync(join(folder, "log"), NEW, 0o600);
  const texts = new Map<number, Uint8Array>();
  const textOf = (count: number): Uint8Array => {
    const known = texts.get(count) ?? Buffer.alloc(count * json.length, json);
    texts.set(count, known);
    return known;
  };
  return {
    async commit(records) {
      writeSync(descriptor, textOf(records.length));
      fdatasyncSync(descriptor);
    },
    close: async () => closeSync(descriptor),
  };
}
