import { optionError } from "../errors.ts";
import { printable } from "../printable.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** From the most to the least verbose. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** The lowest level to log. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Your own logger: `console`, a pino logger and a LogTape logger fit as they are. Each method gets one whole
 * line, `[BABA (INFO)] LOG: message`.
 */
export type Logger = {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
};

/** Where to log: by default the terminal; `true`: a file in `./baba_logs/`; `false`: nowhere; or a logger. */
export type LogTarget = boolean | Logger | undefined;

/** Logs a database's events, a line each; never values or keys. Debug messages are only built if needed. */
export type Log = {
  readonly debug: (message: () => string) => void;
  readonly info: (message: string) => void;
  readonly warning: (message: string) => void;
  readonly error: (message: string) => void;
};

/**
 * Opens a database's log.
 *
 * @throws `BABA_OPTION` if the target or the level is not one of those documented
 */
export function openLog(target: LogTarget, level: LogLevel | undefined, runtime: Runtime): Log {
  const threshold = LOG_LEVELS.indexOf(level === undefined ? "info" : level);
  if (threshold < 0) {
    throw optionError(`The option logLevel must be one of ${LOG_LEVELS.join(", ")}.`);
  }
  const write = lineWriter(target, runtime);
  const at = (name: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(name) >= threshold) write(name, `[BABA (${name.toUpperCase()})] LOG: ${message}`);
  };
  const debug = at("debug");
  return {
    debug: target === false || threshold > 0 ? () => undefined : (message) => debug(message()),
    info: at("info"),
    warning: at("warning"),
    error: at("error"),
  };
}

type LineWriter = (level: LogLevel, line: string) => void;

function lineWriter(target: LogTarget, runtime: Runtime): LineWriter {
  if (target === false) return () => undefined;
  if (target === undefined) return (_level, line) => toTerminal(line, runtime);
  if (target === true) return guarded(fileWriter(runtime), runtime);
  if (!isLogger(target)) {
    throw optionError(
      "The option logging must be true, false or a logger with the methods debug, info, warn and error.",
    );
  }
  return guarded((level, line) => target[level === "warning" ? "warn" : level](line), runtime);
}

function fileWriter(runtime: Runtime): LineWriter {
  const append = runtime.logFile();
  return (_level, line) => append(line);
}

/** If the terminal fails, such as a pipe whose reader has ended, there is nobody left to tell. */
function toTerminal(line: string, runtime: Runtime): void {
  try {
    runtime.terminal(line);
  } catch {
    // The operation being logged is not affected.
  }
}

/** A failing log must not fail the operation it logs: its first failure is reported on the terminal. */
function guarded(write: (level: LogLevel, line: string) => unknown, runtime: Runtime): LineWriter {
  let failed = false;
  const tell = (error: unknown) => {
    if (failed) return;
    failed = true;
    toTerminal(`[BABA (ERROR)] LOG: The log cannot be written: ${printable(wordsOf(error))}`, runtime);
  };
  return (level, line) => {
    try {
      const answer = write(level, line);
      // A logger may be async, and nobody else would see its failure.
      if (answer !== undefined) Promise.resolve(answer).catch(tell);
    } catch (error) {
      tell(error);
    }
  };
}

/** Describes whatever was thrown: it may have no text, or throw when converted. */
function wordsOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "it failed with something that has no text";
  }
}

function isLogger(value: unknown): value is Logger {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const methods: readonly string[] = ["debug", "info", "warn", "error"];
  return methods.every((method) => typeof Reflect.get(value, method) === "function");
}
