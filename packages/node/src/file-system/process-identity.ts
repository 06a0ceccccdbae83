import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** What tells a process from all others of a machine; on Linux, even from a later one of its number. */
type Identity = {
  readonly pid: number;
  readonly host: string;
  /** Of this start of the machine. */
  readonly boot?: string | undefined;
  /** Process numbers and start times mean something within these namespaces only. */
  readonly namespaces?: string | undefined;
  /** Clock ticks from the machine's start to the process's; field 22 of proc_pid_stat(5). */
  readonly started?: string | undefined;
  /** The process keeps a kernel's lock (flock) on the file that it has announced, as those of Deno do. */
  readonly lock?: boolean | undefined;
};

let own: Identity | undefined;

/** This process as one line of JSON. */
export function processIdentity(): string {
  return JSON.stringify(ownIdentity());
}

/**
 * `false` only where the process of the identity is proved to have ended: it has let go of the lock that it
 * keeps while it lives; or the machine was started anew since, or on this one no process has its number, or
 * another has it by now.
 *
 * @param isLocked whether there is a lock on what the process has announced; `undefined` where that is not known
 */
export async function processLives(
  text: string,
  isLocked: () => Promise<boolean | undefined>,
): Promise<boolean> {
  const identity = parse(text);
  if (identity === undefined) return true;
  const locked = identity.lock ? await isLocked() : undefined;
  return locked ?? isRunning(identity);
}

function isRunning(identity: Identity): boolean {
  const here = ownIdentity();
  if (identity.boot !== undefined && here.boot !== undefined) {
    if (identity.boot !== here.boot) return false;
  } else if (identity.host !== here.host) {
    return true;
  }
  if (identity.namespaces !== here.namespaces) return true;
  const found = processAt(String(identity.pid));
  if (found === undefined) return numberIsTaken(identity.pid);
  if (found.state === "Z" || found.state === "X") return false;
  return identity.started === undefined || identity.started === found.started;
}

function ownIdentity(): Identity {
  own ??= {
    pid: process.pid,
    host: hostname(),
    boot: textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespaces: textOf(() => `${readlinkSync("/proc/self/ns/pid")} ${timeNamespace()}`),
    started: processAt("self")?.started,
  };
  return own;
}

/** Kernels before 5.6 have none. */
function timeNamespace(): string {
  return textOf(() => readlinkSync("/proc/self/ns/time")) ?? "";
}

function processAt(entry: string): { state: string | undefined; started: string | undefined } | undefined {
  const stat = textOf(() => readFileSync(`/proc/${entry}/stat`, "utf8"));
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, and may hold any character.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], started: fields[19] };
}

/** Asks the kernel itself: /proc may be missing, or hide the processes of other users. */
function numberIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function parse(text: string): Identity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value))
    return undefined;
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

function textOf(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
