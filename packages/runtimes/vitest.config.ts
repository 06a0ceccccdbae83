import { defineConfig } from "vitest/config";

// Each test runs the suites of a package in another runtime.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    testTimeout: 300_000,
    // Most of their tests wait for one thread or one disk.
    maxConcurrency: 2,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
  },
});
