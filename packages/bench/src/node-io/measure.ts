import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeFileSystem } from "@baba/node";
import { onStop } from "../harness/stopping.ts";
import { median } from "../report/statistics.ts";
import {
  bareRead,
  bareRename,
  bothThreads,
  cleanUp,
  content,
  emptyFolder,
  filled,
  inFourLanes,
  inThread,
  MANY,
  moves,
  root,
  syncAnew,
} from "./bare-files.ts";
import { longestHold, ROUNDS, repeat, time } from "./stopwatch.ts";
import { type Row, rowOf } from "./table.ts";

const files = nodeFileSystem(root);

/** The cost of files on Node.js: bare system calls in a loop, a hop to a thread, and the adapter. */
export async function measureFiles(): Promise<Row[]> {
  const parts = [reads, creates, renames, writes, syncsAfterWrite, syncsOfMany, lists];
  const rows: Row[] = [];
  const stopListening = onStop(cleanUp);
  try {
    for (const part of parts) rows.push(...(await part()));
    return rows;
  } finally {
    stopListening();
    await files.close();
    await cleanUp();
  }
}

async function reads(): Promise<Row[]> {
  const folder = filled(MANY);
  const paths = Array.from({ length: MANY }, (_, i) => `${folder}/${i}`);
  const hop = () => repeat(500, () => inThread(0, folder, 0, 0));
  return [
    rowOf(`read ${MANY}, bare loop`, await time(MANY, () => bareRead(folder, MANY))),
    rowOf(`read ${MANY}, bare loop in one thread`, await time(MANY, () => inThread(0, folder, 0, MANY))),
    rowOf(`read ${MANY}, bare loop in two threads`, await time(MANY, () => bothThreads(folder))),
    rowOf(`read ${MANY}, adapter`, await time(MANY, () => files.read(paths))),
    ...(await holdsOfReads(folder, paths)),
    rowOf("empty hop to a thread and back", await time(500, hop)),
    ...(await readsOfBatches(folder, paths)),
  ];
}

/** Bare threads for comparison, as the processor's other work also blocks the event loop. */
async function holdsOfReads(folder: string, paths: readonly string[]): Promise<Row[]> {
  const [bare, adapter]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await longestHold(() => bothThreads(folder)));
    adapter.push(await longestHold(() => files.read(paths)));
  }
  return [
    rowOf(`read ${MANY}, bare loop in two threads: longest hold of the event loop`, median(bare)),
    rowOf(`read ${MANY}, adapter: longest hold of the event loop`, median(adapter)),
  ];
}

async function readsOfBatches(folder: string, paths: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [1, 4, 16, 17, 64]) {
    const times = Math.ceil(960 / count);
    const batch = paths.slice(0, count);
    const each = (work: () => unknown): Promise<number> => time(times, () => repeat(times, work));
    const bare = await each(() => bareRead(folder, count));
    const hop = await each(() => inThread(0, folder, 0, count));
    const adapter = await each(() => files.read(batch));
    rows.push(rowOf(`read ${count} as one batch: bare loop`, bare));
    rows.push(rowOf(`read ${count} as one batch: one hop to a thread`, hop));
    rows.push(rowOf(`read ${count} as one batch: adapter`, adapter));
  }
  return rows;
}

async function creates(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [1, 16, 2000]) {
    const times = Math.ceil(320 / count);
    const each = (work: () => unknown): Promise<number> => time(times * count, () => repeat(times, work));
    const bare = await each(() => filled(count));
    const adapter = await each(() => files.create(newFiles(emptyFolder(), count)));
    rows.push(rowOf(`create ${count} as one batch, per file: bare loop`, bare));
    rows.push(rowOf(`create ${count} as one batch, per file: adapter`, adapter));
  }
  return rows;
}

async function renames(): Promise<Row[]> {
  let made = "";
  const prepare = (): void => {
    made = filled(2000);
  };
  const bare = await time(2000, () => bareRename(made), prepare);
  const adapter = await time(2000, () => files.rename(moves(made)), prepare);
  return [
    rowOf("rename 2000 onto new names, per file: bare loop", bare),
    rowOf("rename 2000 onto new names, per file: adapter", adapter),
  ];
}

async function writes(): Promise<Row[]> {
  const path = `${filled(1)}/0`;
  const rows: Row[] = [];
  for (const kibibytes of [4, 64, 256, 512, 1024]) {
    const { bare, adapter } = await appends(path, new Uint8Array(kibibytes * 1024).fill(1));
    rows.push(rowOf(`append ${kibibytes} KiB: bare call, file open`, bare));
    rows.push(rowOf(`append ${kibibytes} KiB: adapter`, adapter));
  }
  return rows;
}

/** Microseconds per append of the bytes to one file. */
async function appends(path: string, bytes: Uint8Array): Promise<{ bare: number; adapter: number }> {
  const descriptor = fs.openSync(join(root, path), "r+");
  let end = 0;
  const append = (write: (offset: number) => unknown): Promise<number> =>
    time(20, () =>
      repeat(20, () => {
        end += bytes.length;
        return write(end - bytes.length);
      }),
    );
  const [bares, adapters]: [number[], number[]] = [[], []];
  // In alternation, as the kernel slows down appends while it writes back.
  for (let round = 0; round < 3; round++) {
    bares.push(await append((offset) => fs.writeSync(descriptor, bytes, 0, bytes.length, offset)));
    adapters.push(await append((offset) => files.write(path, offset, bytes)));
  }
  fs.closeSync(descriptor);
  return { bare: median(bares), adapter: median(adapters) };
}

async function syncsAfterWrite(): Promise<Row[]> {
  const path = `${filled(1)}/0`;
  const descriptor = fs.openSync(join(root, path), "r+");
  const callback = promisify(fs.fdatasync);
  const row = async (what: string, sync: () => unknown): Promise<Row> => {
    const writeAndSync = (): unknown => {
      fs.writeSync(descriptor, content, 0, content.length, 0);
      return sync();
    };
    return rowOf(`write and sync 1: ${what}`, await time(50, () => repeat(50, writeAndSync)));
  };
  const rows = [
    await row("fdatasyncSync on the event loop", () => fs.fdatasyncSync(descriptor)),
    await row("fdatasync by callback", () => callback(descriptor)),
    await row("opened anew, fdatasync by callback", () => syncAnew(path, false)),
    await row("the same, with an fstat before", () => syncAnew(path, true)),
    await row("adapter", () => files.sync([path])),
  ];
  fs.closeSync(descriptor);
  return rows;
}

async function syncsOfMany(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [16, 64, 128, 256, 512, 1024]) {
    let made = "";
    const prepare = (): void => {
      made = filled(count);
    };
    const paths = (): string[] => Array.from({ length: count }, (_, i) => `${made}/${i}`);
    const each = await time(1, () => inFourLanes(made, count), prepare);
    const together = await time(1, () => spawnSync("sync", ["-f", root]), prepare);
    const adapter = await time(1, () => files.sync(paths()), prepare);
    rows.push(rowOf(`sync ${count} new files: one fdatasync each, four at once`, each));
    rows.push(rowOf(`sync ${count} new files: sync -f`, together));
    rows.push(rowOf(`sync ${count} new files: adapter`, adapter));
  }
  return rows;
}

async function lists(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [20, MANY]) {
    const folder = filled(count);
    const full = join(root, folder);
    const bare = await time(10, () => repeat(10, () => fs.readdirSync(full, { withFileTypes: true })));
    const adapter = await time(10, () => repeat(10, () => files.list(folder)));
    rows.push(rowOf(`list a folder of ${count}: bare call`, bare));
    rows.push(rowOf(`list a folder of ${count}: adapter`, adapter));
  }
  return rows;
}

function newFiles(folder: string, count: number): { path: string; bytes: Uint8Array }[] {
  return Array.from({ length: count }, (_, i) => ({ path: `${folder}/${i}`, bytes: content }));
}
