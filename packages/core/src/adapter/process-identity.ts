/**
 * What tells a process from all others of a machine; on Linux, even from a later one of its number. Adapters of all
 * runtimes write it as one line of JSON, and understand each other's.
 */
export type ProcessIdentity = {
  readonly pid: number;
  readonly host: string;
  /** Of this start of the machine. */
  readonly boot?: string | undefined;
  /** Process numbers and start times mean something within these namespaces only. */
  readonly namespaces?: string | undefined;
  /** Clock ticks from the machine's start to the process's; field 22 of proc_pid_stat(5). */
  readonly started?: string | undefined;
  /** The process keeps a kernel's lock (flock) on the file that it has announced. */
  readonly lock?: boolean | undefined;
};

/** What Linux shows of a process: its state's letter, and when it was started. */
export type ProcessEvidence = { readonly state: string | undefined; readonly started: string | undefined };

/**
 * The identity that a line of JSON tells; `undefined` for all other text.
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
 * What the text of `/proc/<number>/stat` shows.
 *
 * @example
 * ```ts
 * import { parseProcessStat } from "@baba/core/adapter";
 * console.log(parseProcessStat(`42 (a program) S ${"0 ".repeat(18)}1000`)); // { state: "S", started: "1000" }
 * ```
 */
export function parseProcessStat(text: string): ProcessEvidence {
  // The second field is the program's name in parentheses, and may hold any character.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], started: fields[19] };
}

/**
 * Whether what is seen of a process of the identity's number is that very process, and it has not ended; `undefined`
 * where not both have a start time. Of a process of another start of the machine it says nothing.
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
