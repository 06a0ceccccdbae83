import { defineConfig } from "vitest/config";

// One suite at a time: each starts several processes of its own.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    testTimeout: 300_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
  },
});
