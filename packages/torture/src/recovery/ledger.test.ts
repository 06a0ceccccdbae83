import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { newFolders } from "../harness/planted.fixture.ts";
import { leftoversOf, treeDigest } from "../harness/tree.ts";
import { describe, statesAfter } from "./ledger.ts";
import { strangersIn } from "./strangers.ts";

const newFolder = newFolders();
const FIRST = { "a.baba": 1, "b.baba": 1 };
const SECOND = { "a.baba": 2, "b.baba": null };

test("statesAfter() gives one state after an acknowledged commit, and no other may be found", () => {
  const states = statesAfter([
    ledgerOf(["trying", FIRST], ["acknowledged", FIRST], ["trying", SECOND], ["acknowledged", SECOND]),
  ]);
  expect(states).toEqual([describe({ "a.baba": 2 })]);
  const planted = [FIRST, { "a.baba": 2, "b.baba": 1 }, {}, { "a.baba": 1 }, { "a.baba": 2, "c.baba": 2 }];
  for (const items of planted) expect(states).not.toContain(describe(items));
});

test("statesAfter() gives two states after a commit that was only tried, and neither is half of it", () => {
  const states = statesAfter([ledgerOf(["trying", FIRST], ["acknowledged", FIRST], ["trying", SECOND])]);
  expect(states).toEqual([describe(FIRST), describe({ "a.baba": 2 })]);
  for (const items of [{ "a.baba": 1 }, { "a.baba": 2, "b.baba": 1 }])
    expect(states).not.toContain(describe(items));
});

test("statesAfter() goes on over ledgers, and leaves out a line that a kill cut off", () => {
  const second = ledgerOf(["trying", SECOND], ["acknowledged", SECOND]);
  writeFileSync(second, '{"state":"trying","changes":{"a.baba":3', { flag: "a" });
  const states = statesAfter([ledgerOf(["trying", FIRST], ["acknowledged", FIRST]), second]);
  expect(states).toEqual([describe({ "a.baba": 2 })]);
});

const OWNER = '{"pid":4711,"start":1}';
/** Files of a store's own folder, and whether they are left over from a writer that is dead. */
const FILES: readonly (readonly [name: string, text: string, isLeft: boolean])[] = [
  ["lock", OWNER, true],
  ["tmp/1.baba", "half a record", true],
  ["owners/x", OWNER, true],
  ["breaks/x", OWNER, true],
  ["owners/y", "", false],
  ["journal/0000000000000001", "", false],
];

test.each(FILES)("strangersIn() judges a dead writer's %s, with text %j: %s", (name, text, isLeft) => {
  const directory = storeWith(name, text);
  const expected = isLeft ? [name] : [];
  expect(leftoversOf(directory)).toEqual(expected);
  expect(strangersIn(directory, [471, 47, 11])).toEqual(expected);
  // A temporary file names nobody.
  expect(strangersIn(directory, [4711])).toEqual(name.startsWith("tmp/") ? expected : []);
});

test.each([
  ["another content", (directory: string) => write(directory, "1.baba", "two")],
  ["another file", (directory: string) => write(directory, ".baba/new", "")],
])("treeDigest() is another after %s", (_what, plant) => {
  const directory = newFolder();
  write(directory, "1.baba", "one");
  const before = treeDigest(directory);
  expect(treeDigest(directory)).toBe(before);
  plant(directory);
  expect(treeDigest(directory)).not.toBe(before);
});

function ledgerOf(...lines: readonly (readonly [state: string, changes: object])[]): string {
  const path = join(newFolder(), "ledger");
  writeFileSync(path, lines.map(([state, changes]) => `${JSON.stringify({ state, changes })}\n`).join(""));
  return path;
}

function storeWith(name: string, text: string): string {
  const directory = newFolder();
  write(directory, `.baba/${name}`, text);
  return directory;
}

function write(directory: string, name: string, text: string): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), text);
}
