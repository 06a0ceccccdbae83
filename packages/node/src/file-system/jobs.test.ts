import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobs } from "./jobs.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-jobs-"));
  await writeFile(join(root, "only-here"), "text");
});
afterAll(() => rm(root, { recursive: true }));

test.runIf(process.platform === "linux")(
  "sync() runs the program in the root, and tells what it says",
  () => {
    expect(jobs.sync(root, ["only-here"])).toEqual({ status: 0, said: "" });
    expect(jobs.sync(root, ["absent"])).toEqual({ status: 1, said: expect.stringContaining("absent") });
  },
);

test("sync() gives undefined where the program cannot be started, as in a root that is gone", () => {
  expect(jobs.sync(join(root, "absent"), ["only-here"])).toBeUndefined();
});

test.runIf(process.platform === "linux")("onOneDevice() tells whether files are where the root is", () => {
  expect(jobs.onOneDevice(root, ["only-here", "absent"])).toBe(true);
  expect(jobs.onOneDevice("/", ["absent", "proc/version"])).toBe(false);
  expect(jobs.onOneDevice(join(root, "absent"), ["only-here"])).toBe(false);
});
