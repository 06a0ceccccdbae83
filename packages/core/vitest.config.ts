import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // A world of modules for each of a hundred files takes a third of all their time.
    isolate: false,
    server: { deps: { external: [/\/packages\/core\/dist\//] } },
    // How long the longest takes depends on what else the machine does.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
    typecheck: { enabled: true, include: ["src/**/*.test-d.ts"], tsconfig: "tsconfig.types.json" },
  },
});
