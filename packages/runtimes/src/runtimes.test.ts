import { expect, test } from "vitest";
import { DENO, IS_TESTED_PLATFORM, installedRuntimes, RUNTIMES } from "./runtime.ts";
import { CORE_PORTS_SUITE, DENO_SUITE, NODE_CONTRACT_SUITE, runSuite } from "./suite.ts";

const NAMES = IS_TESTED_PLATFORM ? RUNTIMES.map(({ name }) => name) : [];

test(`installedRuntimes() has all of this platform: ${NAMES.join(", ") || "none"}`, () => {
  expect(installedRuntimes().map(({ name }) => name)).toEqual(NAMES);
});

// Other versions, and all tests of core and node in each, are part of `npm run torture`. Deno's engine is
// that of Node.js; its own part is the adapters and what is built on them.
const RUNS = [
  ["Bun", NODE_CONTRACT_SUITE],
  ["Bun", CORE_PORTS_SUITE],
  ["Deno", DENO_SUITE],
] as const;

for (const [name, suite] of RUNS) {
  const runtime = [...installedRuntimes(), ...(IS_TESTED_PLATFORM ? [DENO] : [])].find(
    (runtime) => runtime.name === name,
  );
  if (runtime === undefined) {
    console.log(`Left out: ${suite.name} on ${name}`);
    continue;
  }
  test.concurrent(`runSuite() passes the suites of ${suite.name} on ${name}`, async () => {
    const outcome = await runSuite(suite, runtime);
    expect(outcome.suite).toMatch(new RegExp(`^${suite.name} on ${name}[ .]\\d`));
    expect(outcome.failed, outcome.output).toBe(0);
    expect(outcome.passed).toBeGreaterThan(50);
  });
}
