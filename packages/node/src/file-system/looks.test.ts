import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nodeFileSystem } from "./node-file-system.ts";
import { Pace } from "./pace.ts";
import { threads } from "./threads.ts";
import { budget } from "./turn.ts";

let root: string;
let files: FileSystem;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-looks-"));
  files = nodeFileSystem(root);
  await files.create(["1", "3"].map((path) => ({ path, bytes: new Uint8Array(1) })));
  await files.makeFolder("4");
  // Every turn's time is up after one check.
  vi.spyOn(budget, "atOnce").mockImplementation((work) => work(0));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await files.close();
  await rm(root, { recursive: true });
});

const PATHS = ["1", "2", "3", "4"];
const KINDS = ["file", undefined, "file", "folder"];

test("kinds() goes on in later turns, and starts no thread for a few looks that are answered from memory", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(true);
  const run = vi.spyOn(threads, "run");
  expect(await files.kinds(PATHS)).toEqual(KINDS);
  expect(run).not.toHaveBeenCalled();
});

test("kinds() goes on in threads if the disk is slow", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  const run = vi.spyOn(threads, "run");
  expect(await files.kinds(PATHS)).toEqual(KINDS);
  expect(run.mock.calls.map(([, job, input]) => [job, input[1]])).toEqual([["kinds", ["2", "3", "4"]]]);
});

test("kinds() puts what threads find in its place, whichever slice ends first", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  let endFirst = (): void => undefined;
  const secondEnded = new Promise<void>((resolve) => {
    endFirst = resolve;
  });
  vi.spyOn(threads, "run")
    .mockImplementationOnce(async () => {
      await secondEnded;
      await nextTurn();
      return new Array<"file">(256).fill("file");
    })
    .mockImplementationOnce(async () => {
      endFirst();
      return new Array<"folder">(43).fill("folder");
    });
  const found = await files.kinds(["absent", ...Array.from({ length: 299 }, (_, i) => `${i}`)]);
  expect(found).toHaveLength(300);
  expect([found[0], found[1], found[256], found[257], found[299]]).toEqual([
    undefined,
    "file",
    "file",
    "folder",
    "folder",
  ]);
});
