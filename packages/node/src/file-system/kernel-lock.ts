import { spawn } from "node:child_process";
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { codeOf, openToRead } from "./descriptors.ts";
import type { FolderCheck } from "./folders.ts";

/**
 * Whether a process keeps a kernel's lock (flock) on a file. Node.js cannot lock files itself, but can see
 * the locks of Deno, which keeps one on what it has announced for as long as it lives. `false` where there is
 * no such file; `undefined` where that cannot be known: without the program `flock`, and for what is no file.
 */
export async function isLocked(folders: FolderCheck, path: string): Promise<boolean | undefined> {
  let descriptor: number;
  try {
    descriptor = folders.at(path, openToRead);
  } catch (error) {
    return codeOf(error) === "ENOENT" ? false : undefined;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return undefined;
    return isListed(stats.ino) || (await isRefused(descriptor));
  } finally {
    // With it goes the lock, where it was got.
    closeSync(descriptor);
  }
}

/**
 * The kernel lists the locks of this container's processes, by inode; another file's of that number does no harm. Only
 * an exclusive one (WRITE) is an owner's: others that ask whether it lives take a shared one for the moment.
 */
function isListed(inode: number): boolean {
  try {
    const locks = readFileSync("/proc/locks", "utf8").split("\n");
    return locks.some((lock) => lock.includes(" WRITE ") && lock.includes(`:${inode} `));
  } catch {
    return false;
  }
}

/** Asks for a shared lock by the open file itself, which the child gets as its standard input. */
function isRefused(descriptor: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const child = spawn("flock", ["-n", "-s", "0"], { stdio: [descriptor, "ignore", "ignore"] });
    child.once("error", () => resolve(undefined));
    child.once("exit", (status) => resolve(status === 1 ? true : status === 0 ? false : undefined));
  });
}
