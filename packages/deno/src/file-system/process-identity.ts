import { type Evidence, evidenceOf, here } from "./proc.ts";

/** What tells a process from all others of a machine, as packages/node writes it too. */
type Identity = {
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

/**
 * This process as one line of JSON. Its number is for people alone: what others go by is the lock, which
 * needs no permission, and holds in containers and worker threads too.
 */
export function processIdentity(): string {
  return JSON.stringify({ pid: Deno.pid, host: hostname(), lock: true } satisfies Identity);
}

/**
 * `false` only where the process of the identity is proved to have ended: it has let go of the lock that it
 * keeps while it lives; or, as far as this process may look at others, the machine was started anew since, or
 * no process of this one has its number, or another has it by now.
 *
 * @param isLocked whether there is a lock on what the process has announced; `undefined` where that is not known
 */
export async function processLives(
  text: string,
  isLocked: () => Promise<boolean | undefined>,
): Promise<boolean> {
  const identity = parse(text);
  if (identity === undefined) return true;
  if (identity.lock) return (await isLocked()) ?? true;
  const { boot, namespaces } = (await here()) ?? {};
  if (boot === undefined || identity.boot === undefined) return true;
  if (boot !== identity.boot) return false;
  if (namespaces === undefined || namespaces !== identity.namespaces) return true;
  return isRunning(identity, await evidenceOf(identity.pid));
}

function isRunning({ started }: Identity, found: Evidence | "none" | undefined): boolean {
  if (found === undefined) return true;
  if (found === "none" || found.state === "Z" || found.state === "X") return false;
  return started === undefined || started === found.started;
}

/** Only where it may be asked for without a question to the user. */
function hostname(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : "";
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
