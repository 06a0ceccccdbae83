import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // A world of modules for each file takes longer than most of their tests.
    isolate: false,
    testTimeout: 120_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
  },
});
