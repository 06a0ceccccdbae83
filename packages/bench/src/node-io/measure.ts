import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { nodeFileSystem } from "@baba/node";
import { median } from "../report/statistics.ts";
import { type Row, rowOf } from "./table.ts";

/** How often each is measured, after a first time that warms up. */
export const ROUNDS = 5;
const MANY = 10_000;
const BYTES = 2783;
const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);
const NEW = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL;

/** What a thread of one's own would do, and nothing else. */
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

const content = new Uint8Array(BYTES).fill(48);
const root = fs.mkdtempSync(join(tmpdir(), "baba-node-io-"));
const files = nodeFileSystem(root);
const workers = [new Worker(BARE_THREAD, { eval: true }), new Worker(BARE_THREAD, { eval: true })];
let folders = 0;

/** What files cost on Node.js: the bare system calls in a loop, a hop to a thread, and the adapter of `@baba/node`. */
export async function measureFiles(): Promise<Row[]> {
  try {
    return [
      ...(await reads()),
      ...(await creates()),
      ...(await writes()),
      ...(await syncs()),
      ...(await lists()),
    ];
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    await files.close();
    fs.rmSync(root, { recursive: true });
  }
}

async function reads(): Promise<Row[]> {
  const folder = filled(MANY);
  const paths = Array.from({ length: MANY }, (_, i) => `${folder}/${i}`);
  const all = [
    rowOf(`read ${MANY}, bare loop`, await time(MANY, () => bareRead(folder, MANY))),
    rowOf(`read ${MANY}, bare loop in one thread`, await time(MANY, () => inThread(0, folder, 0, MANY))),
    rowOf(`read ${MANY}, bare loop in two threads`, await time(MANY, () => bothThreads(folder))),
    rowOf(`read ${MANY}, adapter`, await time(MANY, () => files.read(paths))),
  ];
  // The processor's other work holds the loop too: what the bare threads show is not the adapter's doing.
  const [bareHolds, holds]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    bareHolds.push(await longestHold(() => bothThreads(folder)));
    holds.push(await longestHold(() => files.read(paths)));
  }
  all.push(
    rowOf(`read ${MANY}, bare loop in two threads: longest hold of the event loop`, median(bareHolds)),
  );
  all.push(rowOf(`read ${MANY}, adapter: longest hold of the event loop`, median(holds)));
  all.push(
    rowOf(
      "empty hop to a thread and back",
      await time(500, () => repeat(500, () => inThread(0, folder, 0, 0))),
    ),
  );
  for (const count of [1, 4, 16, 17, 64]) {
    const times = Math.ceil(960 / count);
    const batch = paths.slice(0, count);
    const [bare, hop, adapter] = [
      await time(times, () => repeat(times, () => bareRead(folder, count))),
      await time(times, () => repeat(times, () => inThread(0, folder, 0, count))),
      await time(times, () => repeat(times, () => files.read(batch))),
    ];
    all.push(rowOf(`read ${count} as one batch: bare loop`, bare));
    all.push(rowOf(`read ${count} as one batch: one hop to a thread`, hop));
    all.push(rowOf(`read ${count} as one batch: adapter`, adapter));
  }
  return all;
}

async function creates(): Promise<Row[]> {
  const all: Row[] = [];
  for (const count of [1, 16, 2000]) {
    const times = Math.ceil(320 / count);
    const bare = await time(times * count, () => repeat(times, () => filled(count)));
    const adapter = await time(times * count, () =>
      repeat(times, () => files.create(newFiles(emptyFolder(), count))),
    );
    all.push(rowOf(`create ${count} as one batch, per file: bare loop`, bare));
    all.push(rowOf(`create ${count} as one batch, per file: adapter`, adapter));
  }
  let made = "";
  const prepare = (): void => {
    made = filled(2000);
  };
  all.push(
    rowOf(
      "rename 2000 onto new names, per file: bare loop",
      await time(2000, () => bareRename(made), prepare),
    ),
  );
  all.push(
    rowOf(
      "rename 2000 onto new names, per file: adapter",
      await time(2000, () => files.rename(moves(made)), prepare),
    ),
  );
  return all;
}

async function writes(): Promise<Row[]> {
  const folder = filled(1);
  const all: Row[] = [];
  for (const kibibytes of [4, 64, 256, 512, 1024]) {
    const bytes = new Uint8Array(kibibytes * 1024).fill(1);
    const descriptor = fs.openSync(join(root, folder, "0"), "r+");
    let end = 0;
    const append = (write: (offset: number) => unknown): Promise<number> =>
      time(20, () =>
        repeat(20, () => {
          end += bytes.length;
          return write(end - bytes.length);
        }),
      );
    const [bares, adapters]: [number[], number[]] = [[], []];
    // In turn, for the kernel slows down whoever appends while it writes back.
    for (let round = 0; round < 3; round++) {
      bares.push(await append((offset) => fs.writeSync(descriptor, bytes, 0, bytes.length, offset)));
      adapters.push(await append((offset) => files.write(`${folder}/0`, offset, bytes)));
    }
    fs.closeSync(descriptor);
    const [bare, adapter] = [median(bares), median(adapters)];
    all.push(rowOf(`append ${kibibytes} KiB: bare call, file open`, bare));
    all.push(rowOf(`append ${kibibytes} KiB: adapter`, adapter));
  }
  return all;
}

async function syncs(): Promise<Row[]> {
  const folder = filled(1);
  const path = `${folder}/0`;
  const callback = promisify(fs.fdatasync);
  const descriptor = fs.openSync(join(root, path), "r+");
  const afterWrite = (sync: () => unknown): Promise<number> =>
    time(50, () =>
      repeat(50, () => {
        fs.writeSync(descriptor, content, 0, BYTES, 0);
        return sync();
      }),
    );
  const all = [
    rowOf(
      "write and sync 1: fdatasyncSync on the event loop",
      await afterWrite(() => fs.fdatasyncSync(descriptor)),
    ),
    rowOf("write and sync 1: fdatasync by callback", await afterWrite(() => callback(descriptor))),
    rowOf(
      "write and sync 1: opened anew, fdatasync by callback",
      await afterWrite(() => syncAnew(path, false)),
    ),
    rowOf("write and sync 1: the same, with an fstat before", await afterWrite(() => syncAnew(path, true))),
    rowOf("write and sync 1: adapter", await afterWrite(() => files.sync([path]))),
  ];
  fs.closeSync(descriptor);
  for (const count of [16, 64, 128, 256, 512, 1024]) {
    let made = "";
    const prepare = (): void => {
      made = filled(count);
    };
    const paths = (): string[] => Array.from({ length: count }, (_, i) => `${made}/${i}`);
    const each = await time(1, () => inFourLanes(made, count), prepare);
    const together = await time(1, () => spawnSync("sync", ["-f", root]), prepare);
    const adapter = await time(1, () => files.sync(paths()), prepare);
    all.push(rowOf(`sync ${count} new files: one fdatasync each, four at once`, each));
    all.push(rowOf(`sync ${count} new files: sync -f`, together));
    all.push(rowOf(`sync ${count} new files: adapter`, adapter));
  }
  return all;
}

async function lists(): Promise<Row[]> {
  const all: Row[] = [];
  for (const count of [20, MANY]) {
    const folder = filled(count);
    const full = join(root, folder);
    const bare = await time(10, () => repeat(10, () => fs.readdirSync(full, { withFileTypes: true })));
    const adapter = await time(10, () => repeat(10, () => files.list(folder)));
    all.push(rowOf(`list a folder of ${count}: bare call`, bare));
    all.push(rowOf(`list a folder of ${count}: adapter`, adapter));
  }
  return all;
}

/** Microseconds for each of `count`: the median of the rounds after a first one that warms up. */
async function time(count: number, work: () => unknown, prepare?: () => unknown): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await prepare?.();
    const start = performance.now();
    await work();
    if (round > 0) rounds.push(((performance.now() - start) * 1000) / count);
  }
  return median(rounds);
}

async function repeat(times: number, work: () => unknown): Promise<void> {
  for (let i = 0; i < times; i++) await work();
}

/** Microseconds of the longest time between two turns of the event loop while the work runs. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, running] = [0, performance.now(), true];
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  running = false;
  return longest * 1000;
}

function bareRead(folder: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const descriptor = fs.openSync(`${root}/${folder}/${i}`, READ);
    const bytes = new Uint8Array(fs.fstatSync(descriptor).size);
    fs.readSync(descriptor, bytes, 0, bytes.length, 0);
    fs.closeSync(descriptor);
  }
}

function inThread(index: number, folder: string, from: number, to: number): Promise<unknown> {
  const worker = workers[index];
  worker?.postMessage({ folder: join(root, folder), from, to });
  return new Promise((resolve) => worker?.once("message", resolve));
}

async function bothThreads(folder: string): Promise<void> {
  await Promise.all([inThread(0, folder, 0, MANY / 2), inThread(1, folder, MANY / 2, MANY)]);
}

async function syncAnew(path: string, look: boolean): Promise<void> {
  const descriptor = fs.openSync(join(root, path), READ);
  if (look) fs.fstatSync(descriptor);
  await promisify(fs.fdatasync)(descriptor);
  fs.closeSync(descriptor);
}

async function inFourLanes(folder: string, count: number): Promise<void> {
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

function emptyFolder(): string {
  const folder = `folder-${folders++}`;
  fs.mkdirSync(join(root, folder));
  return folder;
}

/** A new folder of so many files, by the bare calls. */
function filled(count: number): string {
  const folder = emptyFolder();
  for (let i = 0; i < count; i++) {
    const descriptor = fs.openSync(`${root}/${folder}/${i}`, NEW, 0o600);
    fs.writeSync(descriptor, content);
    fs.closeSync(descriptor);
  }
  return folder;
}

function newFiles(folder: string, count: number): { path: string; bytes: Uint8Array }[] {
  return Array.from({ length: count }, (_, i) => ({ path: `${folder}/${i}`, bytes: content }));
}

function moves(folder: string): { from: string; to: string }[] {
  return Array.from({ length: 2000 }, (_, i) => ({ from: `${folder}/${i}`, to: `${folder}/new-${i}` }));
}

function bareRename(folder: string): void {
  for (const { from, to } of moves(folder)) fs.renameSync(join(root, from), join(root, to));
}
