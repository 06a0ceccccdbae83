import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

/** How many files are measured together. */
export const MANY = 10_000;
/** The length of a file. */
const BYTES = 2783;
const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);
const NEW = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL;

/** A worker thread that only does the system calls. */
const BARE_THREAD = `
  const fs = require("node:fs"), { parentPort } = require("node:worker_threads");
  parentPort.on("message", ({ folder, from, to }) => {
    const buffer = new Uint8Array((to - from) * ${BYTES});
    for (let i = from; i < to; i++) {
      const fd = fs.openSync(folder + "/" + i, ${READ});
      fs.readSync(fd, buffer, (i - from) * ${BYTES}, fs.fstatSync(fd).size, 0);
      fs.closeSync(fd);
    }
    parentPort.postMessage(buffer, [buffer.buffer]);
  });`;

/** The content of each file. */
export const content: Uint8Array = new Uint8Array(BYTES).fill(48);
/** The parent of all folders. */
export const root: string = fs.mkdtempSync(join(tmpdir(), "baba-node-io-"));
const workers = [new Worker(BARE_THREAD, { eval: true }), new Worker(BARE_THREAD, { eval: true })];
let folders = 0;

/** Ends the threads and removes all files. */
export async function cleanUp(): Promise<void> {
  await Promise.all(workers.map((worker) => worker.terminate()));
  // The adapter's threads may still be writing when a signal stops the process.
  fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}

/** Reads the first files of a folder in a loop. */
export function bareRead(folder: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const descriptor = fs.openSync(`${root}/${folder}/${i}`, READ);
    const bytes = new Uint8Array(fs.fstatSync(descriptor).size);
    fs.readSync(descriptor, bytes, 0, bytes.length, 0);
    fs.closeSync(descriptor);
  }
}

/** Reads files of a folder in one of the two threads. */
export function inThread(index: number, folder: string, from: number, to: number): Promise<unknown> {
  const worker = workers[index];
  worker?.postMessage({ folder: join(root, folder), from, to });
  return new Promise((resolve) => worker?.once("message", resolve));
}

/** Reads half of the files in each of the two threads. */
export async function bothThreads(folder: string): Promise<void> {
  await Promise.all([inThread(0, folder, 0, MANY / 2), inThread(1, folder, MANY / 2, MANY)]);
}

/** Opens a file, optionally calls fstat, and syncs it. */
export async function syncAnew(path: string, look: boolean): Promise<void> {
  const descriptor = fs.openSync(join(root, path), READ);
  if (look) fs.fstatSync(descriptor);
  await promisify(fs.fdatasync)(descriptor);
  fs.closeSync(descriptor);
}

/** Syncs each file, four at once. */
export async function inFourLanes(folder: string, count: number): Promise<void> {
  const sync = promisify(fs.fdatasync);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const descriptor = fs.openSync(join(root, folder, String(next++)), READ);
      await sync(descriptor);
      fs.closeSync(descriptor);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

/** A new folder. */
export function emptyFolder(): string {
  const folder = `folder-${folders++}`;
  fs.mkdirSync(join(root, folder));
  return folder;
}

/** Makes a new folder with this many files, with bare calls. */
export function filled(count: number): string {
  const folder = emptyFolder();
  for (let i = 0; i < count; i++) {
    const descriptor = fs.openSync(`${root}/${folder}/${i}`, NEW, 0o600);
    fs.writeSync(descriptor, content);
    fs.closeSync(descriptor);
  }
  return folder;
}

/** A new name for each of 2,000 files. */
export function moves(folder: string): { from: string; to: string }[] {
  return Array.from({ length: 2000 }, (_, i) => ({ from: `${folder}/${i}`, to: `${folder}/new-${i}` }));
}

/** Renames these files in a loop. */
export function bareRename(folder: string): void {
  for (const { from, to } of moves(folder)) fs.renameSync(join(root, from), join(root, to));
}
