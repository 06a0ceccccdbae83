import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLogFile } from "./log-file.ts";

const before = process.cwd();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "baba-log-"));
  process.chdir(directory);
});
afterEach(() => {
  process.chdir(before);
  rmSync(directory, { recursive: true, force: true });
});

/** The contents of a folder's log files. */
function linesIn(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join();
}

test("openLogFile() makes nothing before the first line, which goes to the working directory of the call", () => {
  const write = openLogFile();
  expect(existsSync("baba_logs")).toBe(false);
  mkdirSync("elsewhere");
  process.chdir("elsewhere");
  write("one");
  write("two");
  expect(linesIn(join(directory, "baba_logs"))).toBe("one\ntwo\n");
  expect(readdirSync(".")).toEqual([]);
});

test("openLogFile() makes the folder and the file again if they were removed, and goes on", () => {
  const write = openLogFile();
  write("one");
  rmSync("baba_logs", { recursive: true });
  write("two");
  write("three");
  expect(linesIn("baba_logs")).toBe("two\nthree\n");
});

test("openLogFile() says what keeps it from writing, and writes again when it can", () => {
  const write = openLogFile();
  writeFileSync("baba_logs", "in the way");
  expect(() => write("one")).toThrow(/ENOTDIR|EEXIST/);
  rmSync("baba_logs");
  write("two");
  expect(linesIn("baba_logs")).toBe("two\n");
});

test("openLogFile() throws nothing if the working directory is gone, so that no database does", () => {
  rmSync(directory, { recursive: true });
  expect(() => openLogFile()).not.toThrow();
});

test.runIf(existsSync("/proc/self"))(
  "openLogFile() says so if the system makes no folder, as in /proc, and does not try for ever",
  () => {
    process.chdir("/proc");
    expect(() => openLogFile()("one")).toThrow("ENOENT");
  },
);
