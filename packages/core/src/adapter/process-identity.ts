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
  /** What program the process was when it announced itself; see `ProcessEvidence`. */
  readonly image?: string | undefined;
  /** The process keeps a kernel lock (flock) on the file that it has announced. */
  readonly lock?: boolean | undefined;
};

/** What Linux shows of a process. */
export type ProcessEvidence = {
  /** The letter of its state. */
  readonly state: string | undefined;
  readonly started: string | undefined;
  /**
   * Tells apart the programs that it becomes, one after another, by execve(2), which keeps its number and its
   * start. Only the owner of a process and the superuser are shown what it comes from.
   */
  readonly image?: string | undefined;
};

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
    image: optional("image"),
    lock: "lock" in value && value.lock === true,
  };
}

/**
 * What the text of `/proc/<number>/stat` says.
 *
 * @example
 * ```ts
 * import { parseProcessStat } from "@baba/core/adapter";
 * const { state, started } = parseProcessStat(`42 (a program) S ${"0 ".repeat(18)}1000`);
 * console.log(state, started); // S 1000
 * ```
 */
export function parseProcessStat(text: string): ProcessEvidence {
  // The second field is the program's name in parentheses, and may contain any character.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], started: fields[19], image: imageOf(fields[25]) };
}

/** Enough to notice that its stack lies elsewhere, and too little for anybody to find it by. */
function imageOf(stack = "0"): string | undefined {
  return /^[1-9]\d*$/.test(stack) ? String(BigInt(stack) % 65_521n) : undefined;
}

/** How a process sees others. */
export type ProcessSight = {
  /** The machine, its boot and the namespaces of this process; what it cannot know is `undefined`. */
  readonly here: () => Promise<Partial<Pick<ProcessIdentity, "host" | "boot" | "namespaces">>>;
  /**
   * What is seen of a process of that number: `"none"` if the system itself says that there is none,
   * `undefined` if it could not be asked this time, which must not be taken for an end.
   */
  readonly look: (pid: number) => Promise<ProcessEvidence | "none" | undefined>;
};

/**
 * `false` only if the process of the identity is proved to have ended: it no longer holds the lock that it
 * holds while it lives; or this machine has rebooted since; or, on this machine, no process or another one
 * has its number, or it has become another program. `true` only if it is proved to live: it holds its lock; or,
 * since this boot, a process of its number was started at its time. `undefined` if neither is known, or the text is no identity.
 *
 * @param isLocked whether there is a lock on the file that the process announced; `undefined` if that is not
 * known
 *
 * @example
 * ```ts
 * import { processLives } from "@baba/core/adapter";
 * const isLocked = async () => undefined;
 * const sight = {
 *   here: async () => ({ host: "here", boot: "b" }),
 *   look: async () => "none" as const,
 * };
 * console.log(await processLives('{"pid":42,"host":"here","boot":"b"}', isLocked, sight)); // false
 * console.log(await processLives('{"pid":42,"host":"there"}', isLocked, sight)); // undefined
 * ```
 */
export async function processLives(
  text: string,
  isLocked: () => Promise<boolean | undefined>,
  sight: ProcessSight,
): Promise<boolean | undefined> {
  const identity = parseProcessIdentity(text);
  if (identity === undefined) return undefined;
  const locked = identity.lock ? await isLocked() : undefined;
  return locked ?? isHere(identity, sight);
}

async function isHere(identity: ProcessIdentity, sight: ProcessSight): Promise<boolean | undefined> {
  const here = await sight.here();
  const bootIsKnown = identity.boot !== undefined && here.boot !== undefined;
  const bootIsOurs = bootIsKnown && identity.boot === here.boot;
  // Another boot of another machine says nothing: both may run, and share the folder.
  if (!bootIsOurs && identity.host !== here.host) return undefined;
  if (bootIsKnown && !bootIsOurs) return false;
  if (identity.namespaces !== here.namespaces) return undefined;
  const found = await sight.look(identity.pid);
  if (found === undefined) return undefined;
  if (found === "none") return false;
  // After a reboot, the number and the time may be the same again.
  return isRunning(identity, found) && (bootIsKnown || undefined);
}

/** Whether this is that very process, and it has not ended; `undefined` unless both have a start time. */
function isRunning(
  identity: ProcessIdentity,
  { state, started, image }: ProcessEvidence,
): boolean | undefined {
  if (state === "Z" || state === "X") return false;
  if (identity.started === undefined || started === undefined) return undefined;
  const isProgram = identity.image === undefined || image === undefined || identity.image === image;
  return identity.started === started && isProgram;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
