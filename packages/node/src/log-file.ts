import { appendFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { codeOf } from "./file-system/descriptors.ts";

const FOLDER = "baba_logs";

/**
 * A log file in `./baba_logs/`, as seen from the working directory of this moment, named by the time of its first line and
 * by the process. No I/O yet: the folder and the file are made with the first line, and again where they were removed.
 * Each line is written before the function returns, so that none is lost when the process ends, and the file is not kept
 * open, so that a database leaves no descriptor behind.
 */
export function openLogFile(): (line: string) => void {
  const folder = absolute(FOLDER);
  let path: string | undefined;
  return (line) => {
    path ??= join(folder, `baba_${timestamp(new Date())}_${process.pid}.log`);
    try {
      append(path, line);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      append(path, line);
    }
  };
}

function append(path: string, line: string): void {
  appendFileSync(path, `${line}\n`, { mode: 0o600 });
}

/** Where the working directory was removed, the path stays as it is: a log that cannot be written fails no database. */
function absolute(path: string): string {
  try {
    return resolve(path);
  } catch {
    return path;
  }
}

/** The time as a file name may hold it: `2026-01-31_23-59-59-123`. */
function timestamp(time: Date): string {
  return time.toISOString().replace("T", "_").replace("Z", "").replace(/[:.]/g, "-");
}
