import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const DENO = fileURLToPath(new URL("../deno/src/index.ts", import.meta.url));

/** The contract's tests on `@baba/deno`, for a vitest that Deno runs. */
export default defineConfig({
  plugins: [
    {
      name: "deno-instead-of-node",
      enforce: "pre",
      resolveId: (source, importer) =>
        source === "../index.ts" && importer?.includes("/contract/") ? DENO : undefined,
    },
  ],
  test: {
    include: ["src/contract/*.test.ts"],
    // As in vitest.config.ts.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", ["../../scripts/vitest-reporter.mjs", { suite: "@baba/deno, the contract" }]],
  },
});
