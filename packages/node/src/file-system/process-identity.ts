import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import {
  type ProcessEvidence,
  type ProcessIdentity,
  type ProcessSight,
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

/** This process as one line of JSON. @throws `EMFILE` and the like if it cannot be read just now */
export async function processIdentity(): Promise<string> {
  return JSON.stringify(await ownIdentity());
}

/** How this process sees others. */
export const sight: ProcessSight = {
  here: ownIdentity,
  /** Seeing nothing in /proc, for whatever reason, does not prove an end. */
  async look(pid) {
    try {
      if (numbersAreOurs()) return processAt(String(pid));
    } catch {
      // Only the kernel itself can say that there is none.
    }
    return numberIsTaken(pid) ? undefined : "none";
  },
};

/**
 * A process may have a namespace of its own, and still the /proc of another, in which it has another number.
 */
function numbersAreOurs(): boolean {
  return readlinkSync("/proc/self") === String(process.pid);
}

/** Others rely on it for as long as this process lives, so a failure to read it is never cached. */
async function ownIdentity(): Promise<ProcessIdentity> {
  own ??= await patiently(async () => readIdentity());
  return own;
}

function readIdentity(): ProcessIdentity {
  const self = ifToBeHad(() => processAt("self"));
  return {
    pid: process.pid,
    host: hostname(),
    boot: ifToBeHad(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespaces: ifToBeHad(() => `${readlinkSync("/proc/self/ns/pid")} ${timeNamespace()}`),
    started: self?.started,
    image: self?.image,
  };
}

/** Kernels before 5.6 have none. */
function timeNamespace(): string {
  return ifToBeHad(() => readlinkSync("/proc/self/ns/time")) ?? "";
}

function processAt(entry: string): ProcessEvidence {
  return parseProcessStat(readFileSync(`/proc/${entry}/stat`, "utf8"));
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
