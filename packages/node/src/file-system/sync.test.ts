import { execFile } from "node:child_process";
import { constants, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderCheck } from "./folders.ts";
import { syncFiles, syncFullFolder, syncOpen } from "./sync.ts";

const run = promisify(execFile);
const ON_LINUX = process.platform === "linux";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "baba-sync-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What this process has open below the root, or below another folder. */
function openPaths(below = root): string[] {
  const links = readdirSync("/proc/self/fd").map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return ""; // The folder itself, which was open while it was listed.
    }
  });
  return links.filter((path) => path.startsWith(below));
}

test.runIf(ON_LINUX)("syncOpen() closes the file, and passes on that its sync failed", async () => {
  const [path, pipe] = [join(root, "a"), join(root, "pipe")];
  writeFileSync(path, "text");
  await run("mkfifo", [pipe]);
  const descriptor = openSync(path, "r+");
  expect(openPaths()).toEqual([path]);
  await syncOpen(descriptor);
  expect(openPaths()).toEqual([]);
  // The kernel syncs no pipe.
  const failing = syncOpen(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
  await expect(failing).rejects.toMatchObject({ code: "EINVAL" });
  expect(openPaths()).toEqual([]);
});

test.runIf(ON_LINUX)(
  "syncFiles() closes each file, and passes on that a sync failed once the others have ended",
  async () => {
    for (const name of ["a", "b"]) writeFileSync(join(root, name), "text");
    await run("mkfifo", [join(root, "pipe")]);
    const folders = new FolderCheck(root);
    await syncFiles(folders, ["a", "b", "absent"]);
    expect(openPaths()).toEqual([]);
    // The kernel syncs no pipe.
    const failing = syncFiles(folders, ["a", "pipe", "b"]);
    await expect(failing).rejects.toMatchObject({ code: "EINVAL" });
    expect(openPaths()).toEqual([]);
  },
);

test.runIf(ON_LINUX)(
  "syncFullFolder() accepts a file system that syncs no folders, and no file",
  async () => {
    await syncFullFolder("/proc/sys");
    expect(openPaths("/proc/sys")).toEqual([]);
    writeFileSync(join(root, "a"), "text");
    await expect(syncFullFolder(join(root, "a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  },
);
