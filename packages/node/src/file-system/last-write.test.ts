import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FolderCheck } from "./folders.ts";
import { LastWrite } from "./last-write.ts";
import { Writer } from "./writer.ts";

const { closed, FAILING } = vi.hoisted(() => ({ closed: [] as number[], FAILING: 1_000_003 }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const closeSync = (descriptor: number): void => {
    closed.push(descriptor);
    if (descriptor === FAILING) throw Object.assign(new Error("planted"), { code: "EIO" });
    // Those that the tests make up are of no file.
    if (descriptor < 1_000_000) fs.closeSync(descriptor);
  };
  return { ...fs, closeSync };
});

const [ONE, OTHER] = [1_000_001, 1_000_002];

let root: string;
let last: LastWrite;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-last-write-"));
  last = new LastWrite();
  closed.length = 0;
});

afterEach(() => rm(root, { recursive: true }));

test("LastWrite.keep() closes what it kept before, and all at the end of the turn, each once", async () => {
  last.keep("a", ONE);
  last.keep("a", OTHER);
  expect(closed).toEqual([ONE]);
  await nextTurn();
  expect(closed).toEqual([ONE, OTHER]);
  last.close();
  expect(closed).toEqual([ONE, OTHER]);
});

test("LastWrite.close() throws nothing if the system fails to close a file, which it has closed all the same", async () => {
  last.keep("a", FAILING);
  expect(() => last.keep("b", ONE)).not.toThrow();
  expect(last.take("b")).toBe(ONE);
  last.keep("c", FAILING);
  await nextTurn();
  expect(closed).toEqual([FAILING, FAILING]);
});

test("LastWrite.take() gives the file that was written last, once, and no longer closes it", async () => {
  last.keep("a", ONE);
  expect(last.take("b")).toBeUndefined();
  expect(last.take("a")).toBe(ONE);
  expect(last.take("a")).toBeUndefined();
  await nextTurn();
  expect(closed).toEqual([]);
});

test.each<[string, (writer: Writer) => Promise<void>]>([
  ["rename", (writer) => writer.rename([{ from: "b", to: "a" }])],
  ["remove", (writer) => writer.remove(["a"])],
])(
  "Writer.%s() closes the file that was written last, whose name is about to mean another",
  async (_, change) => {
    const place = { owner: { warn: () => undefined }, root, check: () => new FolderCheck(root) };
    const writer = new Writer(place, last);
    await Promise.all(["a", "b"].map((path) => writeFile(join(root, path), "text")));
    await writer.write("a", 0, new Uint8Array(1));
    const kept = last.take("a");
    expect(kept).toBeDefined();
    last.keep("a", kept ?? ONE);
    const changing = change(writer);
    expect(last.take("a")).toBeUndefined();
    expect(closed).toContain(kept);
    await changing;
    await writer.close();
  },
);
