import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each of those that run at once starts a process.
    maxConcurrency: availableParallelism(),
    reporters: ["default", "../scripts/vitest-reporter.mjs"],
  },
});
