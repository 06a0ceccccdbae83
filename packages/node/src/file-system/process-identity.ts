import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import {
  isRunning,
  type ProcessEvidence,
  type ProcessIdentity,
  parseProcessIdentity,
  parseProcessStat,
} from "@baba/core/adapter";

let own: ProcessIdentity | undefined;

/** This process as one line of JSON. */
export function processIdentity(): string {
  return JSON.stringify(ownIdentity());
}

/**
 * `false` only where the process of the identity is proved to have ended: it has let go of the lock that it
 * keeps while it lives; or the machine was started anew since, or on this one no process has its number, or
 * another has it by now. `true` only where it is proved to live: it keeps its lock; or in this start of the machine
 * a process of its number was started when it was. `undefined` where neither is known.
 *
 * @param isLocked whether there is a lock on what the process has announced; `undefined` where that is not known
 */
export async function processLives(
  text: string,
  isLocked: () => Promise<boolean | undefined>,
): Promise<boolean | undefined> {
  const identity = parseProcessIdentity(text);
  if (identity === undefined) return undefined;
  const locked = identity.lock ? await isLocked() : undefined;
  return locked ?? isHere(identity);
}

function isHere(identity: ProcessIdentity): boolean | undefined {
  const here = ownIdentity();
  const bootIsKnown = identity.boot !== undefined && here.boot !== undefined;
  if (bootIsKnown && identity.boot !== here.boot) return false;
  if (!bootIsKnown && identity.host !== here.host) return undefined;
  if (identity.namespaces !== here.namespaces) return undefined;
  const found = processAt(String(identity.pid));
  if (found === undefined) return numberIsTaken(identity.pid) ? undefined : false;
  // After another start of the machine, number and time may be the same again.
  return isRunning(identity, found) && (bootIsKnown || undefined);
}

function ownIdentity(): ProcessIdentity {
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

function processAt(entry: string): ProcessEvidence | undefined {
  const stat = textOf(() => readFileSync(`/proc/${entry}/stat`, "utf8"));
  return stat === undefined ? undefined : parseProcessStat(stat);
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

function textOf(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
