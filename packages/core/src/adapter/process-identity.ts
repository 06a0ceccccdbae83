/**
 * Tells a process from all others on a machine; on Linux, even from a later one with its number. Adapters of
 * all runtimes write it as one line of JSON, and understand each other's.
 */
export type ProcessIdentity = {
  readonly pid: number;
  readonly host: string;
  /** Identifies this boot of the machine. */
  readonly boot?: string | undefined;
  /** Process numbers and start times are only meaningful within these namespaces. */
  readonly namespaces?: string | undefined;
  /** Clock ticks from boot to the process's start; field 22 of proc_pid_stat(5). */
  readonly started?: string | undefined;
  /** The process keeps a kernel lock (flock) on the file that it has announced. */
  readonly lock?: boolean | undefined;
};

/** What Linux shows of a process: the letter of its state, and its start time. */
export type ProcessEvidence = { readonly state: string | undefined; readonly started: string | undefined };

/**
 * The identity in a line of JSON; `undefined` for any other text.
 *
 * @example
 * ```ts
 * import { parseProcessIdentity } from "@baba/core/adapter";
 * console.log(parseProcessIdentity('{"pid":42,"host":"here"}')?.pid); // 42
 * console.log(parseProcessIdentity("42")); // undefined
 * ```
 */
export function parseProcessIdentity(text: string): ProcessIdentity | undefined {
  const value = parseObject(text);
  if (value === undefined || !("pid" in value) || !("host" in value)) return undefined;
  const { pid, host } = value;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0 || typeof host !== "string")
    return undefined;
  const optional = (key: string): string | undefined => {
    const part: unknown = Reflect.get(value, key);
    return typeof part === "string" ? part : undefined;
  };
  return {
    pid,
    host,
    boot: optional("boot"),
    namespaces: optional("namespaces"),
    started: optional("started"),
    lock: "lock" in value && value.lock === true,
  };
}

/**
 * What the text of `/proc/<number>/stat` says.
 *
 * @example
 * ```ts
 * import { parseProcessStat } from "@baba/core/adapter";
 * console.log(parseProcessStat(`42 (a program) S ${"0 ".repeat(18)}1000`)); // { state: "S", started: "1000" }
 * ```
 */
export function parseProcessStat(text: string): ProcessEvidence {
  // The second field is the program's name in parentheses, and may contain any character.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], started: fields[19] };
}

/**
 * Whether what is seen under the identity's process number is that very process, and it has not ended;
 * `undefined` unless both have a start time. Only meaningful within the same boot of the machine.
 *
 * @example
 * ```ts
 * import { isRunning } from "@baba/core/adapter";
 * const identity = { pid: 42, host: "here", started: "1000" };
 * console.log(isRunning(identity, { state: "S", started: "1000" })); // true
 * console.log(isRunning(identity, { state: "S", started: "2000" })); // false
 * ```
 */
export function isRunning(
  identity: ProcessIdentity,
  { state, started }: ProcessEvidence,
): boolean | undefined {
  if (state === "Z" || state === "X") return false;
  if (identity.started === undefined || started === undefined) return undefined;
  return identity.started === started;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
