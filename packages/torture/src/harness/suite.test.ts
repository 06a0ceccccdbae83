import { expect, test } from "vitest";
import { runSuite } from "./suite.ts";

const RUN = { seed: 1, scale: 1, keep: false };

test("runSuite() counts a suite that checks nothing as failed, unless it says why it is left out", async () => {
  expect(await runSuite("idle", async () => undefined, RUN)).toMatchObject({ passed: 0, failed: 1 });
  const leftOut = await runSuite("absent", async ({ leaveOut }) => leaveOut("not on this platform"), RUN);
  expect(leftOut).toMatchObject({ passed: 0, failed: 0 });
});

test("runSuite() counts broken promises, and an error as one more", async () => {
  const result = await runSuite(
    "broken",
    async ({ check }) => {
      for (const kept of [true, false, true]) check(kept, "a promise");
      throw new Error("planted");
    },
    RUN,
  );
  expect(result).toMatchObject({ suite: "broken", passed: 2, failed: 2 });
});
