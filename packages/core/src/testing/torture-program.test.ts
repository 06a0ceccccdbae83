import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../scripts/torture.mjs", import.meta.url));
const torture = (...words: string[]) => promisify(execFile)(process.execPath, [PROGRAM, ...words]);

test("torture.mjs --help says what it takes, and runs nothing", async () => {
  const { stdout } = await torture("--help");
  expect(stdout).toMatch(/^Usage: node scripts\/torture\.mjs .*--only NAME,.*codec, crashes/s);
  expect(stdout).not.toContain("passed");
});

test.each([
  ["an unknown option", ["--lnog"], /^Unknown option '--lnog'.* See node scripts\/torture\.mjs --help\.\n$/],
  ["a seed that is no number", ["--seed", "x"], /^--seed takes a whole number, not x\. See .*\n$/],
  ["an unknown suite", ["--only", "codec,nothing"], /^There is no suite nothing; there are codec, .*\n$/],
])("torture.mjs refuses %s in one sentence", async (_, words, sentence) => {
  await expect(torture(...words)).rejects.toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(sentence),
  });
});
