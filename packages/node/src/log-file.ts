import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "baba_logs";

/**
 * A log file in `./baba_logs/`, named by the time and the process; the folder and the file are made
 * with the first line. Each line is written before the function returns, so that none is lost when
 * the process ends.
 */
export function openLogFile(): (line: string) => void {
  const path = join(process.cwd(), FOLDER, `baba_${timestamp(new Date())}_${process.pid}.log`);
  let descriptor: number | undefined;
  return (line) => {
    descriptor ??= create(path);
    writeSync(descriptor, `${line}\n`);
  };
}

function create(path: string): number {
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  const descriptor = openSync(path, "a", 0o600);
  process.once("exit", () => closeSync(descriptor));
  return descriptor;
}

/** The time as a file name may hold it: `2026-01-31_23-59-59-123`. */
function timestamp(time: Date): string {
  return time.toISOString().replace("T", "_").replace("Z", "").replace(/[:.]/g, "-");
}
