import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

const FOLDER = "baba_logs";

/**
 * A log file in `./baba_logs/`, named by the time and the process; the folder and the file are made
 * with the first line. Each line is written before the function returns, so that none is lost when
 * the process ends, and the file is not kept open, so that a database leaves no descriptor behind.
 */
export function openLogFile(): (line: string) => void {
  const path = join(process.cwd(), FOLDER, `baba_${timestamp(new Date())}_${process.pid}.log`);
  let made = false;
  return (line) => {
    if (!made) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    made = true;
    appendFileSync(path, `${line}\n`, { mode: 0o600 });
  };
}

/** The time as a file name may hold it: `2026-01-31_23-59-59-123`. */
function timestamp(time: Date): string {
  return time.toISOString().replace("T", "_").replace("Z", "").replace(/[:.]/g, "-");
}
