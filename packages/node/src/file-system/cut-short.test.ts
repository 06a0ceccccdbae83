import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isUnopened, systemCode } from "@baba/core/adapter";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { create, type ReadResult, read, readRange, write } from "./files.ts";
import { FolderCheck } from "./folders.ts";

/**
 * How many bytes the system reads or writes at once, where files end, how many writes it takes, and what is
 * open.
 */
const system = vi.hoisted(() => ({
  most: 100,
  end: Number.POSITIVE_INFINITY,
  writes: Number.POSITIVE_INFINITY,
  open: new Set<number>(),
}));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const openSync = (...input: Parameters<typeof fs.openSync>): number => {
    const descriptor = fs.openSync(...input);
    system.open.add(descriptor);
    return descriptor;
  };
  const closeSync = (file: number): void => {
    system.open.delete(file);
    fs.closeSync(file);
  };
  const readSync = (file: number, into: Uint8Array, offset: number, length: number, position: number) =>
    fs.readSync(
      file,
      into,
      offset,
      Math.max(0, Math.min(length, system.most, system.end - position)),
      position,
    );
  const writeSync = (file: number, from: Uint8Array, offset: number, length: number, position: number) => {
    if (system.writes-- <= 0) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    return fs.writeSync(file, from, offset, Math.min(length, system.most), position);
  };
  return { ...fs, openSync, closeSync, readSync, writeSync };
});

const BYTES = Uint8Array.from({ length: 9001 }, (_, i) => i % 251);

let root: string;
let folders: FolderCheck;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "baba-cut-short-"));
  folders = new FolderCheck(root);
  system.open.clear();
});

afterEach(() => {
  system.writes = Number.POSITIVE_INFINITY;
  system.end = Number.POSITIVE_INFINITY;
  rmSync(root, { recursive: true });
});

const content = (path: string): Uint8Array => new Uint8Array(readFileSync(join(root, path)));

test("create() and write() write on if the system takes only a part of the bytes", () => {
  expect(create(folders, [{ path: "a", bytes: BYTES }], 0, Number.POSITIVE_INFINITY)).toEqual({ done: 1 });
  expect(content("a")).toEqual(BYTES);
  write(folders, "a", 500, BYTES);
  expect(content("a").subarray(0, 500)).toEqual(BYTES.subarray(0, 500));
  expect(content("a").subarray(500)).toEqual(BYTES);
});

test("create() and write() close the file, and throw, if the disk is full in the middle of it", () => {
  writeFileSync(join(root, "a"), "text");
  system.writes = 1;
  const full = expect.objectContaining({ code: "ENOSPC" });
  expect(
    create(
      folders,
      [
        { path: "b", bytes: BYTES },
        { path: "c", bytes: BYTES },
      ],
      0,
      Number.POSITIVE_INFINITY,
    ),
  ).toEqual({
    done: 0,
    error: full,
  });
  system.writes = 1;
  expect(() => write(folders, "a", 0, BYTES)).toThrow(full);
  expect([...system.open]).toEqual([]);
});

test("create() of a batch that goes on tells how many files it made this time, also if one fails", () => {
  writeFileSync(join(root, "d"), "text");
  const batch = ["a", "b", "c", "d", "e"].map((path) => ({ path, bytes: BYTES }));
  const error = expect.objectContaining({ code: "EEXIST" });
  expect(create(folders, batch, 1, Number.POSITIVE_INFINITY)).toEqual({ done: 2, error });
  expect(create(folders, batch, 4, Number.POSITIVE_INFINITY)).toEqual({ done: 1 });
  expect(readdirSync(root).sort()).toEqual(["b", "c", "d", "e"]);
});

test("write() throws what isUnopened() knows if it could not open the file, but not if the disk is full", () => {
  writeFileSync(join(root, "a"), "text");
  const thrownBy = (path: string): unknown => {
    try {
      return write(folders, path, 0, BYTES);
    } catch (error) {
      return error;
    }
  };
  system.writes = 0;
  const errors = ["absent", "a/deeper", "a"].map(thrownBy);
  expect(errors.map(systemCode)).toEqual(["ENOENT", "ENOTDIR", "ENOSPC"]);
  expect(errors.map(isUnopened)).toEqual([true, true, false]);
});

test.each([10, 4096, 4097, 20_000])(
  "readRange() of %i bytes reads on if the system gives only a part of them, up to the end of the file",
  (length) => {
    writeFileSync(join(root, "a"), BYTES);
    for (const offset of [0, 300, 8990]) {
      expect(readRange(folders, "a", offset, length)).toEqual(BYTES.subarray(offset, offset + length));
    }
    expect(readRange(folders, "a", BYTES.length + 10, length)).toEqual(new Uint8Array());
  },
);

test("read() and readRange() give no more than is there if a file is cut after they asked for its length", () => {
  writeFileSync(join(root, "a"), BYTES);
  system.end = 5000;
  expect(readRange(folders, "a", 10, 20_000)).toEqual(BYTES.subarray(10, 5000));
  const found: ReadResult[] = [];
  const without = Number.POSITIVE_INFINITY;
  const limits = {
    deadline: without,
    longest: without,
    most: without,
    room: new Uint8Array(64),
    allocate: undefined,
  };
  read(folders, ["a"], 0, limits, (file) => void found.push(file));
  expect(found).toEqual([BYTES.subarray(0, 5000)]);
});
