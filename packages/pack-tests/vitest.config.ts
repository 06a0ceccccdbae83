import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ["src/pack.ts"],
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
  },
});
