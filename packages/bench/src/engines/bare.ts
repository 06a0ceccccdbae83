import * as fs from "node:fs";
import { join } from "node:path";
import { encode } from "@baba/core";
import * as v from "valibot";
import { Person } from "../trial/person.ts";
import { people } from "../trial/records.ts";
import { WARM_UP } from "../trial/trial.ts";
import type { OpenStore } from "./store.ts";

const NEW = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL;
const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0);
const json = new TextEncoder().encode(people(10_000, 1).map((person) => JSON.stringify(person))[0]);

/**
 * The minimal system calls for files, in a loop, without syncs: a temporary file and a rename per write;
 * open, read and close per read. The bytes are a record's base-3 text, made beforehand; what is read is not
 * decoded, but as many records are parsed and validated from JSON made beforehand.
 */
export const bareFiles: OpenStore = async (folder, expected) => {
  const text = encode(json);
  const texts = people(0, expected).map((person) => JSON.stringify(person));
  const buffer = new Uint8Array(2 * text.length);
  fs.mkdirSync(join(folder, "tmp"), { recursive: true });
  const pathOf = (id: number): string => `${folder}/${id}.baba`;
  const read = (path: string): number => {
    const descriptor = fs.openSync(path, READ);
    const length = fs.readSync(descriptor, buffer);
    fs.closeSync(descriptor);
    return length;
  };
  const names = (): string[] => fs.readdirSync(folder).filter((name) => name.endsWith(".baba"));
  const recordOf = (name: string, i: number): Person => {
    read(`${folder}/${name}`);
    return v.parse(Person, JSON.parse(texts[i % texts.length] ?? ""));
  };
  const all = (): Person[] => names().map(recordOf);
  return {
    async put(records) {
      for (const { id } of records) {
        const temporary = `${folder}/tmp/${id}`;
        const descriptor = fs.openSync(temporary, NEW, 0o600);
        fs.writeSync(descriptor, text);
        fs.closeSync(descriptor);
        fs.renameSync(temporary, pathOf(id));
      }
    },
    async remove(ids) {
      for (const id of ids) fs.unlinkSync(pathOf(id));
    },
    get: async (id) => read(pathOf(id)),
    all: async () => all(),
    async *stream() {
      for (const [i, name] of names().entries()) yield recordOf(name, i);
    },
    filter: async (city) => all().filter((record) => record.city === city),
    count: async () => names().length,
    exists: async (id) => fs.statSync(pathOf(id), { throwIfNoEntry: false }) !== undefined,
    close: async () => undefined,
  };
};

/** The minimal cost of durability: appends all records' JSON, made beforehand, to an open file, and syncs. */
export const bareAppend: OpenStore = async (folder, expected) => {
  const descriptor = fs.openSync(
    join(folder, "log"),
    fs.constants.O_CREAT | fs.constants.O_APPEND | fs.constants.O_RDWR,
    0o600,
  );
  const texts = Buffer.alloc(Math.max(expected, WARM_UP.together) * json.length, json);
  const none = async (): Promise<never> => {
    throw new Error("A log of bytes cannot be asked for records.");
  };
  return {
    async put(records) {
      fs.writeSync(descriptor, texts, 0, records.length * json.length);
      fs.fdatasyncSync(descriptor);
    },
    remove: none,
    get: none,
    all: none,
    filter: none,
    count: none,
    exists: none,
    close: async () => fs.closeSync(descriptor),
  };
};
