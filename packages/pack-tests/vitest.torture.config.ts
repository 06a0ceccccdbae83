import { defineConfig } from "vitest/config";

/** Tests that take too long for `npm test`. */
export default defineConfig({
  test: {
    include: ["src/**/*.torture.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    globalSetup: ["src/pack.ts"],
    reporters: ["default", ["../../scripts/vitest-reporter.mjs", { suite: "what is released" }]],
  },
});
