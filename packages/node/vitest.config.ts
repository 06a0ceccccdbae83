import { readdirSync, readFileSync } from "node:fs";
import { configDefaults, defineConfig } from "vitest/config";

const SOURCES = new URL("src/", import.meta.url);

/** The test files that replace a module, which no other test may meet. */
const REPLACING = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .filter((path) => readFileSync(new URL(path, SOURCES), "utf8").includes("vi.mock("))
  .map((path) => `src/${path.replaceAll("\\", "/")}`);

export default defineConfig({
  test: {
    // Removing ten thousand files takes as long as the file system pleases.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "../../scripts/vitest-reporter.mjs"],
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["src/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...REPLACING],
          // A world of modules for each of forty files takes an eighth of all their processor time.
          isolate: false,
        },
      },
      { extends: true, test: { name: "node, replacing modules", include: REPLACING } },
    ],
  },
});
