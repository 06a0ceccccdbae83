import { defineConfig } from "vitest/config";

const storage = "src/storage";

/** The commit engine is covered whole by its fast tests; the simulations have tests and times of their own. */
export default defineConfig({
  test: {
    include: [`${storage}/**/*.test.ts`],
    // As for all tests; what is measured takes longer still.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
    coverage: {
      enabled: true,
      provider: "v8",
      reporter: ["text"],
      include: [
        ...["commit", "journal", "lock", "records"].map((folder) => `${storage}/${folder}/*.ts`),
        ...["file-storage", "mutex", "pieces", "rewrite-folders", "store-folder"].map(
          (name) => `${storage}/${name}.ts`,
        ),
      ],
      exclude: ["**/*.fixture.ts"],
      thresholds: { lines: 100, branches: 100, functions: 100 },
    },
  },
});
