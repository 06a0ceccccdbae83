import { defineConfig } from "vitest/config";

// One suite at a time: each starts several processes of its own.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // A world of modules for each file takes longer than most of their tests.
    isolate: false,
    testTimeout: 300_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
  },
});
