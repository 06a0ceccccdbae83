import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // A world of modules for each file takes longer than most of their tests.
    isolate: false,
    testTimeout: 300_000,
    // Each suite starts several processes of its own; some of them wait for most of their time.
    maxConcurrency: 2,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
  },
});
