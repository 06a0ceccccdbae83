import { resolve } from "node:path";
import { logFile } from "@baba/core/adapter";
import { drain } from "./file-system/files.ts";

const utf8 = new TextEncoder();

/**
 * A log file in `./baba_logs/` by Deno's own calls; needs `--allow-write=baba_logs`. See `logFile` of
 * `@baba/core/adapter`.
 */
export function openLogFile(): (line: string) => void {
  return logFile({
    pid: Deno.pid,
    absolute: (path) => resolve(path),
    append,
    makeFolder: (path) => Deno.mkdirSync(path, { recursive: true, mode: 0o700 }),
  });
}

function append(path: string, text: string): void {
  using file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  drain(file, utf8.encode(text));
}
