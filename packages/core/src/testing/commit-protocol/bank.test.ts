import { expect, test } from "vitest";
import { runBanks } from "./suites.ts";

// `npm run torture` has twenty times as many worlds; a failure's message contains its seed.
const MINUTES = 60_000;

test("FileStorage neither makes nor loses money of three processes, and keeps acknowledged transfers", {
  timeout: 5 * MINUTES,
}, async () => {
  const { transfers } = await runBanks(150, 1);
  expect(transfers).toBeGreaterThan(150 * 10);
});
