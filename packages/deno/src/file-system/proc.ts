import { type ProcessEvidence, parseProcessStat } from "@baba/core/adapter";

/**
 * What Linux tells of processes in /proc, which is the proof that one of Node.js or Bun has ended. Deno opens
 * /proc with all permissions only; with permission to run them, `cat` and `readlink` look there for it
 * (`--allow-run=cat,readlink`). Without either nothing is known, and no question is put to the user.
 */

/** This start of the machine, and the namespaces within which process numbers and start times mean something. */
export type Here = { readonly boot: string; readonly namespaces: string };

let asked: Promise<Here | undefined> | undefined;

/** What is the same for all processes that this one can judge; `undefined` where it may not look. */
export function here(): Promise<Here | undefined> {
  asked ??= look();
  return asked;
}

async function look(): Promise<Here | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const boot = await textAt("/proc/sys/kernel/random/boot_id");
  const mounts = await textAt("/proc/self/mounts");
  const namespace = await linkAt("/proc/self/ns/pid");
  // Kernels before 5.6 have none of time.
  const time = (await linkAt("/proc/self/ns/time")) ?? "";
  if (boot === undefined || namespace === undefined || mounts === undefined) return undefined;
  // Where it hides the processes of other users, one that is not there may live.
  if (/^\S+ \/proc proc \S*hidepid=(?!0|off)/m.test(mounts)) return undefined;
  return { boot: boot.trim(), namespaces: `${namespace} ${time}` };
}

/** What is seen of a process of that number; only where `here` has an answer, so that nothing means `"none"`. */
export async function evidenceOf(pid: number): Promise<ProcessEvidence | "none" | undefined> {
  const stat = await textAt(`/proc/${pid}/stat`);
  // It must not be taken for an end if /proc could not be asked this time.
  if (stat === undefined) return (await textAt("/proc/self/stat")) === undefined ? undefined : "none";
  return parseProcessStat(stat);
}

async function textAt(path: string): Promise<string | undefined> {
  if (mayDoAll()) return Deno.readTextFile(path).catch(() => undefined);
  return outputOf("cat", path);
}

async function linkAt(path: string): Promise<string | undefined> {
  if (mayDoAll()) return Deno.readLink(path).catch(() => undefined);
  return (await outputOf("readlink", path))?.trim();
}

/** Only then does Deno open files in /proc. */
function mayDoAll(): boolean {
  const all = ["read", "write", "net", "env", "sys", "run", "ffi"] as const;
  return all.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

async function outputOf(program: string, path: string): Promise<string | undefined> {
  if (Deno.permissions.querySync({ name: "run", command: program }).state !== "granted") return undefined;
  try {
    const command = new Deno.Command(program, { args: [path], stdin: "null", stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}
