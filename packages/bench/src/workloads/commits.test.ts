import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { OpenStore } from "../engines/store.ts";
import { Trial } from "../trial/trial.ts";
import { single } from "./commits.ts";

/** A store whose first commit is long in the queue. */
const slowAtFirst: OpenStore = async () => {
  const queued: number[] = [];
  const none = async (): Promise<never> => {
    throw new Error("Only commits are measured here.");
  };
  return {
    queued,
    put: async () => void queued.push(queued.length === 0 ? 1000 : 1),
    ...{ remove: none, get: none, all: none, filter: none, count: none, exists: none },
    close: async () => undefined,
  };
};

test("single() gives the median time in the queue, as it is taken off the median of the commits", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baba-commits-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const effort = { singles: 5, bursts: 1, gets: 1, mixed: 1 };
  const task = { workload: "single", engine: "baba", records: 1, folder, effort, watched: false } as const;
  const work = await single(new Trial(task, slowAtFirst));
  expect(await work()).toMatchObject({ queued: 1 });
});
