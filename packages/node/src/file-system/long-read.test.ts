import { existsSync, readdirSync, readlinkSync, truncateSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newRoom } from "./files.ts";
import { FolderCheck } from "./folders.ts";
import { LONG_BYTES, SHORT_BYTES } from "./limits.ts";
import { readLong } from "./long-read.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { Pace } from "./pace.ts";
import { threads } from "./threads.ts";
import { budget } from "./turn.ts";

let root: string;
let files: FileSystem;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-long-read-"));
  files = nodeFileSystem(root);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await files.close();
  await rm(root, { recursive: true });
});

/** Bytes that differ between nearby positions. */
function bytesOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i % 251) ^ (i >>> 16));
}

const read = (path: string) => readLong(() => new FolderCheck(root), path, newRoom);

test("read() starts no thread for long files from memory, and goes on behind them", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(true);
  const run = vi.spyOn(threads, "run");
  const sizes = [10, SHORT_BYTES - 1, SHORT_BYTES, SHORT_BYTES + 1, 3 * SHORT_BYTES + 5, LONG_BYTES, 20];
  await Promise.all(sizes.map((size) => writeFile(join(root, `${size}`), bytesOf(size))));
  const found = await files.read([...sizes.map(String), "absent"]);
  for (const [i, size] of sizes.entries())
    expect(Buffer.compare(Buffer.from(found[i] as Uint8Array), bytesOf(size))).toBe(0);
  expect(found.at(-1)).toBeUndefined();
  expect(run).not.toHaveBeenCalled();
});

test("read() leaves a file that is longer still to a thread, and a long one too if the disk is slow", async () => {
  const quick = vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(true);
  const run = vi.spyOn(threads, "run");
  await writeFile(join(root, "longest"), bytesOf(LONG_BYTES + 1));
  await writeFile(join(root, "long"), bytesOf(SHORT_BYTES + 1));
  const [longest] = await files.read(["longest"]);
  expect(Buffer.compare(Buffer.from(longest as Uint8Array), bytesOf(LONG_BYTES + 1))).toBe(0);
  quick.mockReturnValue(false);
  expect(await files.read(["long"])).toEqual([bytesOf(SHORT_BYTES + 1)]);
  expect(run.mock.calls.map(([, job, input]) => [job, input[1]])).toEqual([
    ["read", ["longest"]],
    ["read", ["long"]],
  ]);
});

test.each([2 ** 31, 2 ** 32])(
  "read() refuses a file of %i bytes as too long, and reads the others",
  async (size) => {
    await writeFile(join(root, "longest"), "");
    truncateSync(join(root, "longest"), size);
    await writeFile(join(root, "a"), bytesOf(10));
    const tooLong = expect.objectContaining({ code: "ERR_FS_FILE_TOO_LARGE" });
    expect(await files.read(["longest", "a"])).toEqual([tooLong, bytesOf(10)]);
  },
);

test("readLong() ends if a file is cut meanwhile", async () => {
  await writeFile(join(root, "a"), bytesOf(3 * SHORT_BYTES));
  vi.spyOn(budget, "within").mockImplementation(async (work) => {
    const result = work(0);
    if (result === SHORT_BYTES) truncateSync(join(root, "a"), SHORT_BYTES + 10);
    return result;
  });
  expect(await read("a")).toEqual(bytesOf(3 * SHORT_BYTES).subarray(0, SHORT_BYTES + 10));
});

test("readLong() tells of what is no file, as a short read does", async () => {
  await mkdir(join(root, "folder"));
  await symlink("a", join(root, "link"));
  expect(await read("absent")).toBeUndefined();
  expect(await read("folder")).toMatchObject({ code: "EISDIR" });
  expect(await read("link")).toMatchObject({ code: "ELOOP" });
});

test.runIf(existsSync("/proc/self/fd"))("readLong() closes what it has opened, whatever it was", async () => {
  await mkdir(join(root, "folder"));
  await writeFile(join(root, "long"), bytesOf(2 * SHORT_BYTES));
  await writeFile(join(root, "longer"), bytesOf(LONG_BYTES + 1));
  expect(await read("folder")).toMatchObject({ code: "EISDIR" });
  expect(await read("long")).toHaveLength(2 * SHORT_BYTES);
  expect(await read("longer")).toBe("too long");
  const opened = readdirSync("/proc/self/fd").map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return "closed meanwhile";
    }
  });
  expect(opened.filter((path) => path.startsWith(root))).toEqual([]);
});
