import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { OpenStore } from "../engines/store.ts";
import { Trial } from "../trial/trial.ts";
import { get, gets } from "./reads.ts";

/** A store that answers every get with the same. */
function answering(answer: unknown): OpenStore {
  const none = async (): Promise<never> => {
    throw new Error("Only gets are measured here.");
  };
  return async () => ({
    get: async () => answer,
    ...{ put: none, remove: none, all: none, filter: none, count: none, exists: none },
    close: async () => undefined,
  });
}

function trialOf(store: OpenStore): Trial {
  const folder = mkdtempSync(join(tmpdir(), "baba-reads-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const effort = { singles: 1, bursts: 1, gets: 3, mixed: 1 };
  return new Trial({ workload: "get", engine: "baba", records: 9, folder, effort, watched: false }, store);
}

test.each([undefined, null])("get() and gets() refuse figures of records that are %s", async (missing) => {
  await expect((await get(trialOf(answering(missing))))()).rejects.toThrow("is not there");
  await expect((await gets(trialOf(answering(missing))))()).rejects.toThrow("It found 0 records");
});

test("get() and gets() tell the time of one", async () => {
  expect(await (await get(trialOf(answering({}))))()).toEqual({
    first: expect.any(Number),
    each: expect.any(Number),
  });
  expect(await (await gets(trialOf(answering({}))))()).toEqual({ each: expect.any(Number) });
});
