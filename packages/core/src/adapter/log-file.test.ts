import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemError } from "../system-error.ts";
import { logFile } from "./log-file.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-31T23:59:59.123Z") }));
afterEach(() => void vi.useRealTimers());

/** A file system of one folder, which must be created first, and a log of what was asked of it. */
function start() {
  const files = new Map<string, string>();
  const made: string[] = [];
  const write = logFile({
    pid: 42,
    absolute: (path) => `/home/${path}`,
    append: (path, text) => {
      if (made.length === 0) throw systemError("ENOENT", "is not there", path);
      files.set(path, (files.get(path) ?? "") + text);
    },
    makeFolder: (path) => void made.push(path),
  });
  return { files, made, write };
}

test("logFile() makes its folder with the first line, and names the file by that moment and the process", () => {
  const { files, made, write } = start();
  expect(made).toEqual([]);
  write("one");
  vi.advanceTimersByTime(60_000);
  write("two");
  expect(made).toEqual(["/home/baba_logs"]);
  expect([...files]).toEqual([["/home/baba_logs/baba_2026-01-31_23-59-59-123_42.log", "one\ntwo\n"]]);
});

test("logFile() throws what keeps it from writing, and makes no folder for that", () => {
  const made: string[] = [];
  const write = logFile({
    pid: 42,
    absolute: (path) => path,
    append: (path) => {
      throw systemError("ENOSPC", "is full", path);
    },
    makeFolder: (path) => void made.push(path),
  });
  expect(() => write("one")).toThrow("ENOSPC");
  expect(made).toEqual([]);
});
