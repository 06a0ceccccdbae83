import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { SUITES } from "./suites.ts";

/** Deno and Bun are only installed from npm on this platform. */
const CAN_MIX = process.platform === "linux" && process.arch === "x64";
const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

test.concurrent.each(Object.keys(SUITES).filter((name) => CAN_MIX || name !== "mixed"))(
  "main.js keeps every promise of the suite %s with real processes, at a tenth of its size",
  async (name) => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, "--tenth", "--only", name]).catch(
      (error: { stdout: string; stderr: string }) => ({ stdout: `${error.stdout}${error.stderr}` }),
    );
    expect(stdout).toMatch(new RegExp(`^kept +${name}: [1-9][0-9]* passed, 0 failed`, "m"));
  },
);

test("main.js refuses an unknown suite", async () => {
  await expect(promisify(execFile)(process.execPath, [MAIN, "--only", "nothing"])).rejects.toThrow(
    "no suite",
  );
});
