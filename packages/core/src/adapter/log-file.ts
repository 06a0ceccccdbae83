import { systemCode } from "../system-error.ts";

const FOLDER = "baba_logs";

/** What a log file needs of a runtime. */
export type LogFileCalls = {
  /** This process's id. */
  readonly pid: number;

  /** A path as seen from the working directory of this moment. @throws if there is none any more */
  readonly absolute: (path: string) => string;

  /**
   * Appends a text to a file, mode 0600, which it makes; has written all of it when it returns.
   *
   * @throws `ENOENT` if the folder is missing
   */
  readonly append: (path: string, text: string) => void;

  /** Makes a folder and those above it, mode 0700. */
  readonly makeFolder: (path: string) => void;
};

/**
 * A log file in `./baba_logs/`, relative to the current working directory, named by the time of its first
 * line and by the process. No I/O yet: the first line creates the folder and the file, and a later one
 * creates them again if they were removed. Each line is written before the function returns, so that none is
 * lost when the process ends; the file is not kept open, so that a database leaves no descriptor behind.
 *
 * @example
 * ```ts
 * import { logFile } from "@baba/core/adapter";
 * let text = "";
 * const write = logFile({
 *   pid: 42,
 *   absolute: (path) => `/home/alice/${path}`,
 *   append: (_path, more) => void (text += more),
 *   makeFolder: () => undefined,
 * });
 * write("one");
 * console.log(JSON.stringify(text)); // "one\n"
 * ```
 */
export function logFile({ pid, absolute, append, makeFolder }: LogFileCalls): (line: string) => void {
  const folder = absoluteOrAsItIs(FOLDER, absolute);
  let path: string | undefined;
  return (line) => {
    path ??= `${folder}/baba_${timestamp(new Date())}_${pid}.log`;
    const text = `${line}\n`;
    try {
      append(path, text);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      makeFolder(folder);
      append(path, text);
    }
  };
}

/**
 * If the working directory was removed, the path stays relative: a log that cannot be written fails no
 * database.
 */
function absoluteOrAsItIs(path: string, absolute: LogFileCalls["absolute"]): string {
  try {
    return absolute(path);
  } catch {
    return path;
  }
}

/** The time in a form that file names allow: `2026-01-31_23-59-59-123`. */
function timestamp(time: Date): string {
  return time.toISOString().replace("T", "_").replace("Z", "").replace(/[:.]/g, "-");
}
