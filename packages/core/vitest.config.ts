import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // How long the longest takes depends on what else the machine does.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
    typecheck: { enabled: true, include: ["src/**/*.test-d.ts"], tsconfig: "tsconfig.types.json" },
  },
});
