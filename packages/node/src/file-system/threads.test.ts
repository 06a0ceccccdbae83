import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baba-"));
  await writeFile(join(folder, "a"), "text");
});
afterAll(() => rm(folder, { recursive: true }));

test("Threads.run() rejects the jobs of a thread that ends, and does the next", async () => {
  const threads = new Threads(MORTAL);
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
});

test("Threads.run() names the cause where a thread ends by an error of its own", async () => {
  const threads = new Threads(`
    const { parentPort } = require("node:worker_threads");
    parentPort.on("message", () => { throw new Error("planted"); });
    parentPort.postMessage({ kind: "ready" });`);
  const lost = threads.run(userWithWarnings(), "read", [folder, ["a"]]);
  await expect(lost).rejects.toMatchObject({ code: "EIO", cause: { message: "planted" } });
});

test("Threads.run() does the work itself where no thread gets ready, and warns each user once", async () => {
  const ended: Promise<unknown>[] = [];
  process.on("worker", (worker) => ended.push(new Promise((resolve) => worker.once("exit", resolve))));
  const threads = new Threads("throw new Error('planted')");
  const [one, other] = [userWithWarnings(), userWithWarnings()];
  const reads = Array.from({ length: 5 }, () => threads.run(one, "read", [folder, ["a"]]));
  for (const found of await Promise.all(reads)) expect(unpackReads(found)).toHaveLength(1);
  for (const user of [one, other])
    expect(unpackReads(await threads.run(user, "read", [folder, ["a"]]))).toHaveLength(1);
  // The work does not wait for the second thread, which fails after the first.
  await Promise.all(ended);
  await new Promise((resolve) => setImmediate(resolve));
  process.removeAllListeners("worker");
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
