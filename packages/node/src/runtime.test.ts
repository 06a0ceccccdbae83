import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, stat, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runtimeSuite } from "@baba/core/testing";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "./runtime.ts";

describe("nodeRuntime", () => {
  runtimeSuite(test, {
    runtime: nodeRuntime,
    phases: {
      input: (call) => stat(".", call),
      "a timer": (call) => void setTimeout(call, 1),
      "an immediate": (call) => void setImmediate(call),
    },
  });
});

test("nodeRuntime.idle() keeps no process alive", { timeout: 30_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "baba-idle-"));
  try {
    const module = new URL("../dist/index.js", import.meta.url).href;
    const script = join(folder, "idle.mjs");
    writeFileSync(
      script,
      `import { nodeRuntime } from ${JSON.stringify(module)}; void nodeRuntime.idle(60_000); console.log("ended");`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 25_000 });
    expect(stdout).toBe("ended\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
