import { execFile } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readShort } from "./short-read.ts";

/** The offset after which reads are cut short, as by a signal or a bad block. */
const cut = vi.hoisted(() => ({ at: Number.POSITIVE_INFINITY }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const readSync = (file: number, into: Uint8Array, offset: number, length: number, position: number) =>
    fs.readSync(file, into, offset, Math.min(length, cut.at), position);
  return { ...fs, readSync };
});

const run = promisify(execFile);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "baba-"));
});
afterEach(() => {
  cut.at = Number.POSITIVE_INFINITY;
  rmSync(folder, { recursive: true });
});

function fileOf(length: number): { path: string; bytes: Uint8Array } {
  const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
  const path = join(folder, `${length}`);
  writeFileSync(path, bytes);
  return { path, bytes };
}

test("readShort() reads files of every length around its blocks, and tells of one that may be longer than the room", () => {
  for (const length of [0, 1, 511, 512, 513, 1024, 2750, 4095, 4096, 4097]) {
    const { path, bytes } = fileOf(length);
    const room = new Uint8Array(4096).fill(255);
    expect(readShort(path, room)).toBe(Math.min(length, 4096));
    expect(room.subarray(0, length)).toEqual(bytes.subarray(0, 4096));
    expect(room.subarray(length).every((byte) => byte === 255)).toBe(true);
  }
});

test("readShort() reads on if a read was cut between two blocks", () => {
  const { path, bytes } = fileOf(2750);
  const room = new Uint8Array(4096);
  cut.at = 1024;
  expect(readShort(path, room)).toBe(2750);
  expect(room.subarray(0, 2750)).toEqual(bytes);
});

test.runIf(existsSync("/dev/null"))(
  "readShort() refuses a pipe that has bytes, a device, and a folder",
  async () => {
    const [pipe, room] = [join(folder, "pipe"), new Uint8Array(64)];
    await run("mkfifo", [pipe]);
    const end = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(end, "bytes");
    expect(() => readShort(pipe, room)).toThrow(expect.objectContaining({ code: "ENOTSUP" }));
    closeSync(end);
    expect(() => readShort("/dev/null", room)).toThrow(expect.objectContaining({ code: "ENOTSUP" }));
    expect(() => readShort(folder, room)).toThrow(expect.objectContaining({ code: "EISDIR" }));
  },
);
