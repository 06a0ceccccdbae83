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

test("main.js --help says what it takes, and runs nothing", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, "--help"]);
  expect(stdout).toMatch(/^Usage: node dist\/main\.js .*--tenth.*--only NAME,.*hermitage, counter/s);
  expect(stdout).not.toContain("begins");
});

test.each([
  ["an unknown option", ["--lnog"], /^Unknown option '--lnog'.* See node dist\/main\.js --help\.\n$/],
  ["a seed that is no number", ["--seed", "x"], /^--seed takes a whole number, not x\. See .*\n$/],
  ["an unknown suite", ["--only", "hermitage,no"], /^There is no suite no; there are hermitage, .*\n$/],
])("main.js refuses %s in one sentence, and runs nothing", async (_, words, sentence) => {
  await expect(promisify(execFile)(process.execPath, [MAIN, ...words])).rejects.toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(sentence),
  });
});
