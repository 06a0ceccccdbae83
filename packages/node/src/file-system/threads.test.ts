import { mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { nodeFileSystem } from "./index.ts";
import { LONG_BYTES, SHORT_BYTES } from "./limits.ts";
import { unpackReads } from "./packed-reads.ts";
import { Threads } from "./threads.ts";
import { workerSource } from "./worker.generated.ts";

/** The real thread, except that it ends when a path says so. */
const MORTAL = `
  const { parentPort } = require("node:worker_threads");
  parentPort.on("message", ({ input }) => {
    if (String(input[1]).includes("exit")) process.exit(3);
  });
  ${workerSource}`;

function userWithWarnings(): { warn: (message: string) => void; warnings: string[] } {
  const warnings: string[] = [];
  return { warnings, warn: (message) => void warnings.push(message) };
}

/** The real thread, except that it never gets ready while the folder exists; the first one makes it. */
const onlyOneIn = (path: string): string => `
  let first = true;
  try {
    require("node:fs").mkdirSync(${JSON.stringify(path)});
  } catch {
    first = false;
    setInterval(() => undefined, 1000);
  }
  if (first) {
    ${workerSource}
  }`;

/** The ends of the threads that are started from now on, and how many there have been. */
function watchEnds(): { readonly all: Promise<unknown>[]; count: number } {
  const ends = { all: [] as Promise<unknown>[], count: 0 };
  process.on("worker", (worker) => {
    const end = new Promise((resolve) => worker.once("exit", resolve));
    worker.once("exit", () => ends.count++);
    ends.all.push(end);
  });
  return ends;
}

let folder: string;
afterEach(() => void process.removeAllListeners("worker"));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baba-"));
  await writeFile(join(folder, "a"), "text");
});
afterAll(() => rm(folder, { recursive: true }));

test.each([1, 2])(
  "Threads.run() rejects the jobs of a thread that ends, and does the next, with %i of them at most",
  async (most) => {
    const threads = new Threads(MORTAL, most);
    const user = userWithWarnings();
    expect(unpackReads(await threads.run(user, "read", [folder, ["a"]]))).toHaveLength(1);
    const lost = await Promise.allSettled([
      threads.run(user, "read", [folder, ["exit"]]),
      threads.run(user, "read", [folder, ["exit"]]),
      threads.run(user, "read", [folder, ["exit"]]),
    ]);
    for (const outcome of lost) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "EIO" } });
    }
    const [found] = unpackReads(await threads.run(user, "read", [folder, ["a"]]));
    expect(found).toEqual(new Uint8Array(Buffer.from("text")));
    await threads.release(user);
  },
);

test("Threads.run() names the cause if a thread ends by an error of its own", async () => {
  const threads = new Threads(`
    const { parentPort } = require("node:worker_threads");
    parentPort.on("message", () => { throw new Error("planted"); });
    parentPort.postMessage({ kind: "ready" });`);
  const lost = threads.run(userWithWarnings(), "read", [folder, ["a"]]);
  await expect(lost).rejects.toMatchObject({ code: "EIO", cause: { message: "planted" } });
});

test("Threads.run() does the work itself if no thread gets ready, and warns each user once", async () => {
  const ended = watchEnds().all;
  const threads = new Threads("throw new Error('planted')");
  const [one, other] = [userWithWarnings(), userWithWarnings()];
  const reads = Array.from({ length: 5 }, () => threads.run(one, "read", [folder, ["a"]]));
  for (const found of await Promise.all(reads)) expect(unpackReads(found)).toHaveLength(1);
  for (const user of [one, other])
    expect(unpackReads(await threads.run(user, "read", [folder, ["a"]]))).toHaveLength(1);
  // The work does not wait for the second thread, which fails after the first.
  await Promise.all(ended);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toHaveLength(2);
  for (const { warnings } of [one, other])
    expect(warnings).toEqual([expect.stringMatching(/no thread can be started: planted$/)]);
});

test("Threads.run() rejects with the job's own error, its code kept", async () => {
  const threads = new Threads();
  const user = userWithWarnings();
  await expect(threads.run(user, "list", [folder, "a"])).rejects.toMatchObject({ code: "ENOTDIR" });
  await threads.release(user);
  await threads.release(user);
});

test("Threads.release() keeps the threads that another still uses", async () => {
  const threads = new Threads();
  const [one, other] = [userWithWarnings(), userWithWarnings()];
  await Promise.all([one, other].map((user) => threads.run(user, "read", [folder, ["a"]])));
  await threads.release(one);
  expect(unpackReads(await threads.run(other, "read", [folder, ["a"]]))).toHaveLength(1);
  await threads.release(other);
  expect(unpackReads(await threads.run(one, "read", [folder, ["a"]]))).toHaveLength(1);
  await threads.release(one);
});

test("Threads.run() does each job once if no thread gets ready, and rejects with the job's own error", async () => {
  const threads = new Threads("throw new Error('planted')");
  const user = userWithWarnings();
  await expect(threads.run(user, "list", [folder, "a"])).rejects.toMatchObject({ code: "ENOTDIR" });
  await threads.run(user, "create", [folder, ["once"], new Uint32Array([1]), new ArrayBuffer(1)]);
  await rm(join(folder, "once"));
  expect(unpackReads(await threads.run(user, "read", [folder, ["once"]]))).toEqual([undefined]);
});

test("Threads.release() ends an idle thread, and returns once it has ended", async () => {
  const ends = watchEnds();
  const threads = new Threads();
  const user = userWithWarnings();
  await threads.run(user, "read", [folder, ["a"]]);
  await threads.release(user);
  expect([ends.all.length, ends.count]).toEqual([1, 1]);
});

test("Threads.release() leaves a thread that starts or is at work its jobs, and then it ends", async () => {
  const ends = watchEnds();
  const threads = new Threads();
  for (const atWork of [false, true]) {
    const user = userWithWarnings();
    const read = () => threads.run(user, "read", [folder, ["a"]]);
    if (atWork) await read();
    const reading = read();
    await threads.release(user);
    expect(unpackReads(await reading)).toHaveLength(1);
    await Promise.all(ends.all);
  }
  expect(ends.count).toBe(2);
});

test("Threads.release() lets threads end after work that comes later, as of a batch that it met half done", async () => {
  const ends = watchEnds();
  const threads = new Threads();
  const [gone, other] = [userWithWarnings(), userWithWarnings()];
  await threads.release(gone);
  expect(unpackReads(await threads.run(gone, "read", [folder, ["a"]]))).toHaveLength(1);
  await Promise.all(ends.all);
  await threads.run(other, "read", [folder, ["a"]]);
  await threads.run(gone, "read", [folder, ["a"]]);
  await threads.release(other);
  expect([ends.all.length, ends.count]).toEqual([2, 2]);
});

test("Threads.release() may end a thread while it starts, and later work has threads again", async () => {
  const threads = new Threads(onlyOneIn(join(folder, "first")));
  const user = userWithWarnings();
  for (let round = 0; round < 2; round++) {
    const reads = [1, 2].map(() => threads.run(user, "read", [folder, ["a"]]));
    for (const found of await Promise.all(reads)) expect(unpackReads(found)).toHaveLength(1);
    await threads.release(user);
    await rmdir(join(folder, "first"));
  }
  expect(user.warnings).toEqual([]);
});

test("nodeFileSystem().close() ends the threads that read and wrote for it", async () => {
  const ends = watchEnds();
  const files = nodeFileSystem(folder);
  await files.create([{ path: "long", bytes: new Uint8Array() }]);
  await files.write("long", 0, new Uint8Array(LONG_BYTES + 1));
  await files.readRange("a", 0, SHORT_BYTES + 1);
  await files.close();
  expect([ends.all.length, ends.count]).toEqual([2, 2]);
});
