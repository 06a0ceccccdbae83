import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // Removing ten thousand files takes as long as the file system pleases.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
  },
});
