import { type ProcessSight, parseProcessStat, systemCode } from "@baba/core/adapter";

type Here = { readonly host?: string; readonly boot?: string; readonly namespaces?: string };
/** `failed` if more may be known the next time. */
type Whereabouts = { readonly here: Here; readonly failed: boolean };

let asked: Promise<Whereabouts> | undefined;

/**
 * How this process sees others: by what Linux shows of them in /proc, which can prove that a process of Node.js
 * or Bun has ended. Deno only opens /proc with all permissions; with permission to run them, `cat` and
 * `readlink` look there instead (`--allow-run=cat,readlink`). Without either nothing is known, and the user is
 * never prompted.
 */
export const sight: ProcessSight = {
  async here() {
    asked ??= whereabouts();
    const { here, failed } = await asked;
    // Kept, a failure to look would make dead owners live for as long as this process does.
    if (failed) asked = undefined;
    return here;
  },
  async look(pid) {
    const stat = await fileAt(`/proc/${pid}/stat`);
    return stat === undefined || stat === "none" ? stat : parseProcessStat(stat.text);
  },
};

const UNKNOWABLE: Whereabouts = { here: {}, failed: false };
const FAILED: Whereabouts = { here: {}, failed: true };

async function whereabouts(): Promise<Whereabouts> {
  if (Deno.build.os !== "linux") return UNKNOWABLE;
  const host = textOf(await fileAt("/proc/sys/kernel/hostname"));
  const boot = textOf(await fileAt("/proc/sys/kernel/random/boot_id"));
  const mounts = textOf(await fileAt("/proc/self/mounts"));
  const namespace = textOf(await linkAt("/proc/self/ns/pid"));
  const byNumber = await linkAt(`/proc/${Deno.pid}/ns/pid`);
  const time = await linkAt("/proc/self/ns/time");
  if (host === undefined || boot === undefined || mounts === undefined) return FAILED;
  if (namespace === undefined || byNumber === undefined) return FAILED;
  // A process may have a namespace of its own, and still the /proc of another, with other numbers.
  if (textOf(byNumber) !== namespace) return UNKNOWABLE;
  // If /proc hides the processes of other users, one that is not seen may live.
  if (/^\S+ \/proc proc \S*hidepid=(?!0|off)/m.test(mounts)) return UNKNOWABLE;
  // Kernels before 5.6 have no time namespaces, which `readlink` does not tell from a failure.
  const namespaces = `${namespace} ${textOf(time) ?? ""}`;
  return { here: { host, boot, namespaces }, failed: time === undefined };
}

/** What was found at a path; `undefined` if that is not known. */
type Found = { readonly text: string } | "none" | undefined;

const NONE = /: No such (file or directory|process)\s*$/;

function linkAt(path: string): Promise<Found> {
  return mayDoAll() ? found(Deno.readLink(path)) : outputOf("readlink", path);
}

function fileAt(path: string): Promise<Found> {
  return mayDoAll() ? found(Deno.readTextFile(path)) : outputOf("cat", path);
}

/** Programs and files end with a line break. */
function textOf(what: Found): string | undefined {
  return what === undefined || what === "none" ? undefined : what.text.trim();
}

/** Only then does Deno open files in /proc. */
function mayDoAll(): boolean {
  const all = ["read", "write", "net", "env", "sys", "run", "ffi"] as const;
  return all.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

/** A process that ends while it is being read is reported as ESRCH. */
async function found(looking: Promise<string>): Promise<Found> {
  try {
    return { text: await looking };
  } catch (error) {
    const isNone = error instanceof Deno.errors.NotFound || systemCode(error) === "ESRCH";
    return isNone ? "none" : undefined;
  }
}

async function outputOf(program: string, path: string): Promise<Found> {
  if (Deno.permissions.querySync({ name: "run", command: program }).state !== "granted") return undefined;
  try {
    const command = new Deno.Command(program, { args: [path], env: { LC_ALL: "C" }, stdin: "null" });
    const { success, code, stdout, stderr } = await command.output();
    if (success) return { text: new TextDecoder().decode(stdout) };
    const said = new TextDecoder().decode(stderr);
    // A program that failed to start or finish may report missing files too, but not this one.
    const isNone = code === 1 && said.includes(path) && NONE.test(said);
    return isNone ? "none" : undefined;
  } catch {
    return undefined;
  }
}
