import { build } from "esbuild";
import { expect, test } from "vitest";
import { HERE } from "./command.ts";

/**
 * Size in bytes of all of @baba/core, bundled and minified, without valibot. A change that moves it by more
 * than five percent, up or down, must update it here.
 */
const CORE_BYTES = 328_500;

test("@baba/core, bundled and minified without valibot, keeps its size within a twentieth", async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "@baba/core";`, resolveDir: HERE },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["valibot"],
    write: false,
  });
  const bytes = outputFiles[0]?.contents.length ?? 0;
  expect(bytes / CORE_BYTES, `${bytes} bytes now`).toBeGreaterThan(0.95);
  expect(bytes / CORE_BYTES, `${bytes} bytes now`).toBeLessThan(1.05);
});
