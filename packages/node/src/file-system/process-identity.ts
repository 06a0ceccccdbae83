import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import {
  isRunning,
  type ProcessEvidence,
  type ProcessIdentity,
  parseProcessIdentity,
  parseProcessStat,
  systemCode,
} from "@baba/core/adapter";
import { patiently } from "./patience.ts";

/**
 * Errors without /proc, with one unlike that of Linux, or without the right to look there (as by Node's
 * permission model).
 */
const LACKING: readonly string[] = ["ENOENT", "ENOTDIR", "EINVAL", "EACCES", "EPERM", "ERR_ACCESS_DENIED"];

let own: ProcessIdentity | undefined;

/** This process as one line of JSON. @throws `EMFILE` and the like where it cannot be read just now */
export async function processIdentity(): Promise<string> {
  return JSON.stringify(await ownIdentity());
}

/**
 * `false` only if the process of the identity is proved to have ended: it no longer holds the lock that it
 * holds while it lives; or the machine has rebooted since; or, on this machine, no process or another one has
 * its number. `true` only if it is proved to live: it holds its lock; or, since this boot, a process of its
 * number was started at its time. `undefined` if neither is known.
 *
 * @param isLocked whether there is a lock on the file that the process announced; `undefined` if that is not
 * known
 */
export async function processLives(
  text: string,
  isLocked: () => Promise<boolean | undefined>,
): Promise<boolean | undefined> {
  const identity = parseProcessIdentity(text);
  if (identity === undefined) return undefined;
  const locked = identity.lock ? await isLocked() : undefined;
  return locked ?? isHere(identity, await ownIdentity());
}

function isHere(identity: ProcessIdentity, here: ProcessIdentity): boolean | undefined {
  const bootIsKnown = identity.boot !== undefined && here.boot !== undefined;
  if (bootIsKnown && identity.boot !== here.boot) return false;
  if (!bootIsKnown && identity.host !== here.host) return undefined;
  if (identity.namespaces !== here.namespaces) return undefined;
  const found = evidenceOf(identity.pid);
  if (found === undefined) return numberIsTaken(identity.pid) ? undefined : false;
  // After a reboot, the number and the time may be the same again.
  return isRunning(identity, found) && (bootIsKnown || undefined);
}

/** Others rely on it for as long as this process lives, so a failure to read it is never cached. */
async function ownIdentity(): Promise<ProcessIdentity> {
  own ??= await patiently(async () => readIdentity());
  return own;
}

function readIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    boot: ifToBeHad(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespaces: ifToBeHad(() => `${readlinkSync("/proc/self/ns/pid")} ${timeNamespace()}`),
    started: ifToBeHad(() => processAt("self").started),
  };
}

/** Kernels before 5.6 have none. */
function timeNamespace(): string {
  return ifToBeHad(() => readlinkSync("/proc/self/ns/time")) ?? "";
}

function processAt(entry: string): ProcessEvidence {
  return parseProcessStat(readFileSync(`/proc/${entry}/stat`, "utf8"));
}

/** Seeing nothing, for whatever reason, does not prove an end. */
function evidenceOf(pid: number): ProcessEvidence | undefined {
  try {
    return processAt(String(pid));
  } catch {
    return undefined;
  }
}

/** Asks the kernel itself: /proc may be missing, or hide the processes of other users. */
function numberIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}

/** `undefined` if this system or process has no such thing; other errors pass, and must not count as that. */
function ifToBeHad<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (LACKING.includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}
