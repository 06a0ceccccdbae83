import { defineConfig } from "vitest/config";

const storage = "src/storage";

/** The commit engine is covered whole by its fast tests; the simulations have tests and times of their own. */
export default defineConfig({
  test: {
    include: [`${storage}/**/*.test.ts`],
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
    coverage: {
      enabled: true,
      provider: "v8",
      reporter: ["text"],
      include: [
        `${storage}/journal/*.ts`,
        ...[
          "background-settling",
          "checkpoint",
          "commit-engine",
          "file-storage",
          "garbled-names",
          "history",
          "lock-return",
          "lock-tenure",
          "mutex",
          "obstacles",
          "overlay",
          "pieces",
          "placement",
          "poison",
          "portions",
          "record-placer",
          "record-reader",
          "record-tree",
          "redo",
          "replay",
          "staging",
          "store-folder",
          "turns",
          "submission",
          "write-lock",
        ].map((name) => `${storage}/${name}.ts`),
      ],
      exclude: ["**/*.fixture.ts"],
      thresholds: { lines: 100, branches: 100, functions: 100 },
    },
  },
});
