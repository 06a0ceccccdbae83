import { appendFileSync } from "node:fs";
import { resolve } from "node:path";
import { logFile } from "@baba/core/adapter";
import { makeFolder } from "./file-system/make-folder.ts";

/** A log file in `./baba_logs/` by Node.js's own calls: see `logFile` of `@baba/core/adapter`. */
export function openLogFile(): (line: string) => void {
  return logFile({
    pid: process.pid,
    absolute: (path) => resolve(path),
    append: (path, text) => appendFileSync(path, text, { mode: 0o600 }),
    makeFolder: (path) => void makeFolder(path, "."),
  });
}
