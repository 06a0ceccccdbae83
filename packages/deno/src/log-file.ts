import { join, resolve } from "node:path";

const FOLDER = "baba_logs";
const utf8 = new TextEncoder();

/**
 * A log file in `./baba_logs/`, as seen from the working directory of this moment, named by the time of its first line and
 * by the process. No I/O yet: the folder and the file are made with the first line, which needs `--allow-write=baba_logs`, and
 * again where they were removed. Each line is written before the function returns, so that none is lost when the process ends,
 * and the file is not kept open, so that a database leaves no descriptor behind.
 */
export function openLogFile(): (line: string) => void {
  const folder = absolute(FOLDER);
  let path: string | undefined;
  return (line) => {
    path ??= join(folder, `baba_${timestamp(new Date())}_${Deno.pid}.log`);
    try {
      append(path, line);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      append(path, line);
    }
  };
}

function append(path: string, line: string): void {
  using file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  const bytes = utf8.encode(`${line}\n`);
  for (let written = 0; written < bytes.length; ) written += file.writeSync(bytes.subarray(written));
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
