import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../../scripts/kill-mutants.mjs", import.meta.url));

test("kill-mutants.mjs finds a test that catches every twelfth mutant", { timeout: 600_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, "12"]);
  expect(stdout).not.toContain("SURVIVED");
  expect(stdout.match(/^ {2}caught: /gm)?.length).toBeGreaterThanOrEqual(3);
});
