import { spawn } from "node:child_process";
import { closeSync, fstatSync, readFileSync, type Stats } from "node:fs";
import { systemCode } from "@baba/core/adapter";
import { openToRead } from "./descriptors.ts";
import type { FolderCheck } from "./folders.ts";

/**
 * Whether a process holds a kernel lock (flock) on a file. Node.js cannot lock files itself, but can see the
 * locks of Deno, which holds one on its announced file for as long as it lives. `false` if there is no such
 * file; `undefined` if it cannot be known: for anything that is not a file, and without the program `flock`
 * if the kernel's list has no such lock.
 */
export async function isLocked(folders: FolderCheck, path: string): Promise<boolean | undefined> {
  let descriptor: number;
  try {
    descriptor = folders.at(path, openToRead);
  } catch (error) {
    return systemCode(error) === "ENOENT" ? false : undefined;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return undefined;
    return isListed(stats) || (await isRefused(descriptor));
  } finally {
    // This also releases the lock, if it was acquired.
    closeSync(descriptor);
  }
}

/**
 * The kernel lists the locks of this container's processes, by device and inode; some file systems give a
 * file another device than the list does. Only an exclusive lock (WRITE) is an owner's: those who ask whether
 * it lives briefly take a shared one.
 */
function isListed({ dev, ino }: Stats): boolean {
  const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
  const file = ` ${inHex(major)}:${inHex(minor)}:${ino} `;
  try {
    const locks = readFileSync("/proc/locks", "utf8").split("\n");
    return locks.some((lock) => lock.includes(" WRITE ") && lock.includes(file));
  } catch {
    return false;
  }
}

function inHex(number: number): string {
  return number.toString(16).padStart(2, "0");
}

/**
 * Asks for a shared lock through the open file itself, which the child gets as its standard input. Some
 * programs exit with the same status for a lock held by another and for a failure, but are only silent in the
 * first case.
 */
function isRefused(descriptor: number): Promise<boolean | undefined> {
  return new Promise<boolean | undefined>((resolve, reject) => {
    const child = spawn("flock", ["-n", "-s", "0"], { stdio: [descriptor, "ignore", "pipe"] });
    let silent = true;
    child.stderr?.on("data", () => {
      silent = false;
    });
    child.once("error", reject);
    child.once("close", (status) =>
      resolve(status === 0 ? false : status === 1 && silent ? true : undefined),
    );
    // Node's permission model does not report its refusal as an event: it throws.
  }).catch(() => undefined);
}
