import { type ProcessSight, parseProcessStat, systemCode } from "@baba/core/adapter";

type Here = { readonly host?: string; readonly boot?: string; readonly namespaces?: string };

let asked: Promise<Here | undefined> | undefined;

/**
 * How this process sees others: by what Linux shows of them in /proc, which can prove that a process of Node.js
 * or Bun has ended. Deno only opens /proc with all permissions; with permission to run them, `cat` and
 * `readlink` look there instead (`--allow-run=cat,readlink`). Without either nothing is known, and the user is
 * never prompted.
 */
export const sight: ProcessSight = {
  async here() {
    asked ??= whereabouts();
    const here = await asked;
    // Kept, a failure to look would make dead owners live for as long as this process does.
    if (here === undefined) asked = undefined;
    return here ?? {};
  },
  async look(pid) {
    const stat = await fileAt(`/proc/${pid}/stat`);
    return stat === undefined || stat === "none" ? stat : parseProcessStat(stat.text);
  },
};

/** Empty where nothing can be known; `undefined` if that failed this time. */
async function whereabouts(): Promise<Here | undefined> {
  if (Deno.build.os !== "linux") return {};
  const host = await textAt("/proc/sys/kernel/hostname");
  const boot = await textAt("/proc/sys/kernel/random/boot_id");
  const mounts = await textAt("/proc/self/mounts");
  const namespace = await linkAt("/proc/self/ns/pid");
  // Kernels before 5.6 have no time namespaces.
  const time = (await linkAt("/proc/self/ns/time")) ?? "";
  if (host === undefined || boot === undefined) return undefined;
  if (mounts === undefined || namespace === undefined) return undefined;
  // A process may have a namespace of its own, and still the /proc of another, with other numbers.
  if ((await linkAt(`/proc/${Deno.pid}/ns/pid`)) !== namespace) return {};
  // If /proc hides the processes of other users, one that is not seen may live.
  if (/^\S+ \/proc proc \S*hidepid=(?!0|off)/m.test(mounts)) return {};
  return { host: host.trim(), boot: boot.trim(), namespaces: `${namespace} ${time}` };
}

/** What was found at a path; `undefined` if that is not known. */
type Found = { readonly text: string } | "none" | undefined;

const NONE = /: No such (file or directory|process)\s*$/;

async function textAt(path: string): Promise<string | undefined> {
  return textOf(await fileAt(path));
}

async function linkAt(path: string): Promise<string | undefined> {
  return textOf(await (mayDoAll() ? found(Deno.readLink(path)) : outputOf("readlink", path)))?.trim();
}

function fileAt(path: string): Promise<Found> {
  return mayDoAll() ? found(Deno.readTextFile(path)) : outputOf("cat", path);
}

function textOf(what: Found): string | undefined {
  return what === undefined || what === "none" ? undefined : what.text;
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
    const { success, code, signal, stdout, stderr } = await command.output();
    if (success) return { text: new TextDecoder().decode(stdout) };
    const said = new TextDecoder().decode(stderr);
    // A program that failed to start or finish may report missing files too, but not this one.
    const isNone = code === 1 && signal === null && said.includes(path) && NONE.test(said);
    return isNone ? "none" : undefined;
  } catch {
    return undefined;
  }
}
