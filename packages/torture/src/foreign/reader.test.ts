import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "@baba/node";
import { expect, test } from "vitest";
import { newFolders } from "../harness/planted.fixture.ts";
import { readTree } from "./reader.ts";
import { checked } from "./record.ts";

const newFolder = newFolders();
const SOUND = textOf(checked(1, 2, 300));
const [HEAD, TAIL] = [SOUND.slice(0, 11 * 20), SOUND.slice(11 * 20)];

/** Files as a reader may find them that only knows files, and what must be said of each. */
const PLANTED: readonly (readonly [string, Buffer, RegExp])[] = [
  ["empty", Buffer.alloc(0), /\(0 characters\): Error: it has 1 parts/],
  ["half of it", SOUND.subarray(0, SOUND.length / 2), /Error/],
  ["whole bytes, too few", SOUND.subarray(0, 11 * 20 - 1), /SyntaxError/],
  ["followed by more", Buffer.concat([SOUND, Buffer.from(" "), SOUND]), /SyntaxError/],
  ["zeros at its end", Buffer.concat([HEAD, Buffer.alloc(TAIL.length)]), /Error: it has 41 parts/],
  ["the beginning of another version", mixed(), /its checksum does not fit/],
  ["no object", textOf(1), /not an object/],
  ["without a checksum", textOf({ id: 1, version: 2, text: "" }), /its checksum does not fit/],
];

test.each(PLANTED)("readTree() finds a record's file wrong that is %s", (_what, bytes, fault) => {
  const folder = newFolder();
  writeFileSync(join(folder, "1.baba"), bytes);
  const faults: string[] = [];
  readTree(folder, "", faults);
  expect(faults).toEqual([expect.stringMatching(fault)]);
});

test("readTree() finds files wrong that are no records", () => {
  const folder = newFolder();
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "1.baba.tmp"), SOUND);
  const faults: string[] = [];
  readTree(folder, "", faults);
  expect(faults).toEqual(["a/1.baba.tmp: not a record, and not in the store's own folder"]);
});

test("readTree() finds nothing wrong with sound records, and leaves out the store's own folder", () => {
  const folder = newFolder();
  for (const name of ["a/b", ".baba"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["1.baba", "a/2.baba", "a/b/3.baba"]) writeFileSync(join(folder, name), SOUND);
  writeFileSync(join(folder, ".baba", "lock"), "no record");
  const faults: string[] = [];
  expect(readTree(folder, "", faults)).toBe(3);
  expect(faults).toEqual([]);
});

/** Where two versions of the same length differ by one digit, as if half had been overwritten. */
function mixed(): Buffer {
  const other = textOf({ ...checked(1, 2, 300), version: 3 });
  return Buffer.concat([other.subarray(0, 11 * 20), TAIL]);
}

function textOf(value: unknown): Buffer {
  return Buffer.from(encode(new TextEncoder().encode(JSON.stringify(value))));
}
