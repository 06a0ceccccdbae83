import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../../scripts/kill-mutants.mjs", import.meta.url));

test("kill-mutants.mjs finds a test that catches every twenty-fourth mutant", {
  timeout: 600_000,
}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, "24"]);
  expect(stdout).not.toContain("SURVIVED");
  expect(stdout.match(/^ {2}caught: /gm)?.length).toBeGreaterThanOrEqual(3);
});

test("kill-mutants.mjs says what it takes where it is given no number, and does not end well without a mutant", async () => {
  for (const word of ["--help", "0", "1.5", "-1"]) {
    const running = promisify(execFile)(process.execPath, [PROGRAM, word]);
    await expect(running).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Usage: node scripts\/kill-mutants\.mjs \[N\]/),
    });
  }
});
