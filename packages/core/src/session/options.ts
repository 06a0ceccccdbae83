import { optionsIn, UNLOCK_OPTIONS, type Unlock } from "../crypto/lock.ts";
import { BabaError, optionError } from "../errors.ts";
import type { LogLevel, LogTarget } from "../log/log.ts";
import { isPlainObject } from "../model/index.ts";
import { printable } from "../printable.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** How a database is opened, and optionally how it is {@link Unlock unlocked}. */
export type BabaOptions = {
  /** The database's folder, relative to the working directory; `"."` by default. Made by the first commit. */
  readonly directory?: string | undefined;
  /** By default standard error; `true`: a file in `./baba_logs/`; `false`: no log; or your own logger. */
  readonly logging?: LogTarget;
  /** The lowest level that is logged, `"info"` by default. */
  readonly logLevel?: LogLevel | undefined;
  /**
   * `"full"` (the default): a resolved commit survives a power cut. `"relaxed"`: a power cut may lose the
   * newest commits, each as a whole; this saves a sync only with `settle: "background"`.
   */
  readonly durability?: "full" | "relaxed" | undefined;
  /** `"commit"` (the default): the files are in place when a commit resolves. `"background"`: soon after. */
  readonly settle?: "commit" | "background" | undefined;
} & Unlock;

// The log checks its own options.
const CHOICES: Readonly<Record<string, readonly unknown[] | undefined>> = {
  durability: ["full", "relaxed"],
  settle: ["commit", "background"],
};
const KNOWN = ["directory", "logging", "logLevel", "durability", "settle", ...UNLOCK_OPTIONS];

/**
 * A copy of the options, checked at run time too: unknown options are refused, so that nobody relies on one
 * that is ignored. Each is read once, inherited ones included: a passphrase from a class or a prototype
 * counts like any other. Later changes to the caller's object have no effect.
 *
 * @throws `BABA_OPTION`
 */
export function checkOptions(options: BabaOptions | undefined): BabaOptions {
  if (options === undefined) return {};
  checkOptionNames(options, KNOWN);
  const copy = optionsIn(options, KNOWN);
  for (const [name, value] of Object.entries(copy)) checkOption(name, value);
  return copy;
}

/**
 * The absolute path of the database's folder, resolved against the current working directory.
 *
 * @throws `BABA_IO` if the working directory was removed, so that the path cannot be resolved
 */
export function directoryOf({ directory = "." }: BabaOptions, runtime: Pick<Runtime, "absolute">): string {
  try {
    return runtime.absolute(directory);
  } catch (cause) {
    throw new BabaError(
      "BABA_IO",
      `${printable(directory)}: this path cannot be resolved, because the working directory was removed or cannot be reached: ` +
        "change to another one, or give the option directory as an absolute path.",
      { cause },
    );
  }
}

/**
 * Refuses anything but an object whose keys are known options. One that is not plain must have one of them: a
 * promise of options has none, and a passphrase in it would be passed over.
 *
 * @throws `BABA_OPTION`
 */
export function checkOptionNames(options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw optionError("The options must be an object.");
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw optionError(`There is no option "${printable(name)}" here. Known here: ${known.join(", ")}.`);
  }
  if (isPlainObject(options) || known.some((name) => name in options)) return;
  throw optionError(
    `What was passed as the options has none of the options known here (${known.join(", ")}). If it is a promise, await it.`,
  );
}

/** The error for an argument that should be a schema and is not. */
export function notASchema(): BabaError {
  return optionError(
    "What was passed as the schema is not one: give one of valibot's, or any Standard Schema, or leave it out for the database's own.",
  );
}

/** The error for a schema that is passed behind what it is the schema of. */
export function schemaTooLate(): BabaError {
  return optionError(
    "The schema comes before the record, the name or `where`: change the order of the arguments.",
  );
}

function checkOption(name: string, value: unknown): void {
  if (name === "directory" && value !== undefined && !isPath(value)) {
    throw optionError(
      "The option directory must be a path, not empty and without NUL; of a URL, fileURLToPath() makes one, and before a " +
        'folder called "file:" comes "./".',
    );
  }
  const choices = CHOICES[name];
  if (choices !== undefined && value !== undefined && !choices.includes(value)) {
    throw optionError(`The option ${name} must be one of ${choices.join(", ")}.`);
  }
}

/** A URL of a file may have one slash or three, and its scheme any case; taken for a path, it is a relative one. */
function isPath(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !value.includes("\0") && !/^file:\//i.test(value);
}
