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
          "commit/background-settling",
          "commit/checkpoint",
          "commit/commit-engine",
          "file-storage",
          "records/garbled-names",
          "commit/history",
          "commit/lock-return",
          "lock/lock-tenure",
          "mutex",
          "records/obstacles",
          "commit/overlay",
          "pieces",
          "records/placement",
          "commit/poison",
          "records/portions",
          "records/record-placer",
          "records/record-reader",
          "records/record-tree",
          "commit/redo",
          "commit/replay",
          "records/staging",
          "rewrite-folders",
          "store-folder",
          "lock/lock-queue",
          "commit/submission",
          "lock/write-lock",
        ].map((name) => `${storage}/${name}.ts`),
      ],
      exclude: ["**/*.fixture.ts"],
      thresholds: { lines: 100, branches: 100, functions: 100 },
    },
  },
});
