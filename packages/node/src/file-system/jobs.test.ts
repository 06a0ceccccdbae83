import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { buffersOf, jobs } from "./jobs.ts";

/** What the program `sync` says it is, in place of the truth, and why it cannot be started after that. */
const told = vi.hoisted((): { version?: string; failure?: Error } => ({}));
vi.mock("node:child_process", async (original) => {
  const sound = await original<typeof import("node:child_process")>();
  const spawnSync = (program: string, args: string[], options: object) => {
    const result = sound.spawnSync(program, args, { ...options, encoding: "utf8" });
    if (args[0] !== "--version" && told.failure !== undefined)
      return { ...result, status: null, error: told.failure, stdout: null, stderr: null };
    return args[0] === "--version" && told.version !== undefined
      ? { ...result, stdout: told.version }
      : result;
  };
  return { ...sound, spawnSync };
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-jobs-"));
  await writeFile(join(root, "only-here"), "text");
});
afterEach(() => {
  delete told.version;
  delete told.failure;
});
afterAll(() => rm(root, { recursive: true }));

test.runIf(process.platform === "linux")(
  "sync() runs the program in the root, and tells what it says",
  () => {
    expect(jobs.sync(root, ["only-here"])).toEqual({ status: 0, said: "" });
    expect(jobs.sync(root, ["absent"])).toEqual({ status: 1, said: expect.stringContaining("absent") });
  },
);

test.each(["sync (uutils coreutils) 0.2.2", ""])(
  "sync() runs no program that would not tell of a failure, as none of version %j would",
  (version) => {
    told.version = version;
    expect(jobs.sync(root, ["only-here"])).toBeUndefined();
  },
);

test("sync() gives undefined if the program cannot be started, as in a root that is gone", () => {
  expect(jobs.sync(join(root, "absent"), ["only-here"])).toBeUndefined();
});

test("sync() gives undefined, and no failed sync, if the program cannot be started a second time", () => {
  told.version = "sync (GNU coreutils) 9.1";
  told.failure = Object.assign(new Error("spawnSync sync EAGAIN"), { code: "EAGAIN" });
  expect(jobs.sync(root, ["only-here"])).toBeUndefined();
});

test("buffersOf() names the memory of every kind of result, which is then moved and not copied", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  expect(buffersOf(bytes)).toEqual([bytes.buffer]);
  const created = jobs.create(root, ["made"], Uint32Array.of(3), bytes.buffer);
  expect(buffersOf(created)[0]).toBe(bytes.buffer);
  const read = jobs.read(root, ["made", "only-here", "absent"]);
  expect(buffersOf(read)).toEqual(read.buffers);
  expect(read.buffers).toHaveLength(1);
  for (const other of [undefined, null, "text", 7, true, { done: 1, error: undefined }, ["file"]])
    expect(buffersOf(other), `${other}`).toEqual([]);
});

test.runIf(process.platform === "linux")("onOneDevice() tells whether files are on the root's device", () => {
  expect(jobs.onOneDevice(root, ["only-here", "absent"])).toBe(true);
  expect(jobs.onOneDevice("/", ["absent", "proc/version"])).toBe(false);
  expect(jobs.onOneDevice(join(root, "absent"), ["only-here"])).toBe(false);
});
