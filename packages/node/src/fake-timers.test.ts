import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BabaDB } from "./baba-db.ts";

const Visit = v.object({ id: v.number(), at: v.date() });

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "baba-timers-"));
  vi.useFakeTimers({ now: new Date("2026-01-31T12:00:00Z") });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true });
});

test.each(["commit", "background"] as const)(
  "BabaDB goes on under a test's fake timers, which set its clock, with settle: %s",
  async (settle) => {
    const db = new BabaDB(Visit, { directory, settle, logging: false });
    for (let commit = 0; commit < 3; commit++) {
      await db.asyncSession(async (session) => {
        for (let id = 0; id < 301; id++) await session.add({ id, at: new Date() });
      });
    }
    const at = new Date("2026-01-31T12:00:00Z");
    expect(await db.asyncSession((session) => session.filter(".", { at }))).toHaveLength(301);
    await db.close();
  },
);
