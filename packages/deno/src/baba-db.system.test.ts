import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { assemble, Database, decode, type FileSystem } from "@baba/core";
import * as v from "valibot";
import { denoFileSystem } from "./file-system/index.ts";
import { denoRuntime } from "./runtime.ts";
import {
  HOLD,
  hasBun,
  inFolder,
  type Program,
  ROOT,
  startBun,
  startDeno,
  startNode,
} from "./testing/programs.ts";

const VALIBOT = new URL("../node_modules/valibot/dist/index.mjs", import.meta.url).href;
const { identity } = JSON.parse(Deno.readTextFileSync(`${ROOT}vectors/age/secrets.json`));
const LOCKS = {
  "in plain": {},
  "under a passphrase": { passphrase: "correct horse battery staple" },
  "under an age identity": { identity },
};
const STARTS = { Deno: startDeno, "Node.js": startNode } as const;
const EVERYWHERE = hasBun() ? { ...STARTS, Bun: startBun } : STARTS;
const EACH = Object.values(EVERYWHERE);
const ALL = Object.keys(EVERYWHERE).join(", ");
type Options = Readonly<Record<string, unknown>>;

/** Opens the store in `root`, runs the work, closes the store, and prints the work's result or error. */
const session = (work: string, options: Options = {}): string => `
import * as v from "${VALIBOT}";
const Any = v.looseObject({ id: v.unknown() });
const db = new BabaDB(Any, { directory: root, logging: false, ...${JSON.stringify(options)} });
try {
  const result = (await db.asyncSession(async (session) => { ${work} })) ?? "done";
  await db.close();
  say(baba.stringify(result));
} catch ({ code, message }) {
  say(JSON.stringify({ code, message }));
}`;
const add = (id: number, options: Options = {}): string =>
  session(`await session.add({ id: ${id}, text: "Zoë 🦸 ".repeat(${id} * 100), size: ${id}n });`, options);
const all = (options: Options = {}): string => session("return await session.all()", options);

async function heard(program: Program): Promise<unknown> {
  await using speaker = program;
  return JSON.parse(await speaker.line());
}

for (const [ended, start] of Object.entries(STARTS)) {
  for (const [next, startNext] of Object.entries(STARTS)) {
    inFolder(`BabaDB on ${next} takes the lock of a process of ${ended} that was killed`, async (root) => {
      await heard(start(root, add(1)));
      await using holder = start(root, HOLD);
      assert.equal(await holder.line(), "held");
      await holder.kill();
      // What it needs to learn about processes other than Deno's.
      const writer =
        next === "Deno" ? startDeno(root, add(2), ["--allow-run=cat,readlink"]) : startNext(root, add(2));
      assert.equal(await heard(writer), "done");
    });
  }
}

for (const [how, options] of Object.entries(LOCKS)) {
  inFolder(`BabaDB on ${ALL} read what each other wrote ${how}`, async (root) => {
    for (const [id, start] of EACH.entries())
      assert.equal(await heard(start(root, add(id + 1, options))), "done");
    const [first, ...others] = await Promise.all(EACH.map((start) => heard(start(root, all(options)))));
    assert.ok(Array.isArray(first) && first.length === EACH.length);
    for (const other of others) assert.deepEqual(other, first);
  });
}

inFolder(`BabaDB on ${ALL} write the same payload, byte for byte`, async (root) => {
  for (const [i, start] of EACH.entries()) {
    const work = `await session.add({ id: 1, text: "Zoë 🦸", at: new Date(0), size: 10n, bytes: new Uint8Array(300) }, "${i}.baba");`;
    assert.equal(await heard(start(root, session(work))), "done");
  }
  const [first, ...others] = EACH.map((_, i) => decode(Deno.readFileSync(`${root}/${i}.baba`)));
  for (const other of others) assert.deepEqual(other, first);
});

inFolder("denoRuntime.idle() keeps no process alive", async (root) => {
  await using idler = startDeno(
    root,
    `void baba.denoRuntime.idle(60_000).then(() => say("late")); say("ended");`,
  );
  assert.equal(await idler.line(), "ended");
  await assert.rejects(idler.line(), /said nothing more/);
});

inFolder("BabaDB on Deno says which flags it lacks, and changes nothing", async (root) => {
  assert.equal(await heard(startDeno(root, add(1))), "done");
  const before = [...Deno.readDirSync(root)].length;
  const wanted = `--allow-read=${root} and --allow-write=${root}`;
  for (const [missing, flags] of [
    ["read", []],
    ["write", [`--allow-read=${root}`]],
    ["read", [`--allow-write=${root}`]],
  ] as const) {
    const answer = await heard(startDeno(root, add(2), flags, "no rights"));
    const { code, message } = Object(answer);
    assert.equal(code, "BABA_PERMISSION", JSON.stringify(answer));
    assert.ok(message.includes(wanted), message);
    assert.match(message, new RegExp(`Requires ${missing} access`));
  }
  const read = await heard(startDeno(root, all(), [`--allow-read=${root}`], "no rights"));
  assert.ok(Array.isArray(read) && read.length === 1, "to read, it needs the one right alone");
  assert.equal([...Deno.readDirSync(root)].length, before);
});

for (const name of ["my data", "Zoë's $HOME", "red,blue", "red,blue/green,black"]) {
  inFolder(`BabaDB on Deno names flags that suffice in a shell for "${name}"`, async (root) => {
    const folder = join(dirname(root), name);
    await Deno.mkdir(dirname(folder), { recursive: true });
    const { message } = Object(await heard(startDeno(folder, add(1), [], "no rights")));
    assert.equal(message.includes("cannot name a path with a comma"), name.includes(","), message);
    const flags = await flagsIn(message);
    assert.equal(await heard(startDeno(folder, add(1), flags, "no rights")), "done", String(flags));
  });
}

inFolder("BabaDB on Deno names flags that suffice for a directory behind a link", async (root) => {
  assert.equal(await heard(startDeno(root, add(1))), "done");
  const link = join(dirname(root), "link");
  await Deno.symlink(root, link);
  const few = [`--allow-read=${link}`, `--allow-write=${link}`];
  const { message } = Object(await heard(startDeno(link, add(2), few, "no rights")));
  const flags = await flagsIn(message);
  assert.equal(await heard(startDeno(link, add(2), flags, "no rights")), "done", String(flags));
});

for (const path of ["a/b", "a/..data"]) {
  inFolder(`BabaDB on Deno says that the folder above the directory ${path} is missing`, async (root) => {
    const directory = join(root, path);
    const flags = [`--allow-read=${directory}`, `--allow-write=${directory}`];
    const start = () => startDeno(root, add(1, { directory }), flags, "no rights");
    const { code, message } = Object(await heard(start()));
    assert.equal(code, "BABA_PERMISSION", message);
    assert.ok(message.includes(`make the folder ${dirname(directory)} first`), message);
    await Deno.mkdir(dirname(directory), { recursive: true });
    assert.equal(await heard(start()), "done");
  });
}

/** The flags that a refusal names, as a shell takes them. */
async function flagsIn(message: string): Promise<string[]> {
  const [, flags = ""] = /run it with (.*?)\. /.exec(message) ?? [];
  const words = await run("sh", ["-c", `printf '%s\\n' ${flags.replace(" and ", " ")}`]);
  assert.equal(words.trimEnd().split("\n").length, 2, message);
  return words.trimEnd().split("\n");
}

inFolder("BabaDB on Deno says that it has no right to write into a folder, and reads it", async (root) => {
  assert.equal(await heard(startDeno(root, add(1))), "done");
  await run("chmod", ["-R", "a+rX,a-w", root]);
  await Deno.chmod(dirname(root), 0o755);
  // The superuser may do everything.
  const asNobody = (text: string) =>
    `const { default: process } = await import("node:process");
    if (process.getuid() === 0) process.seteuid(65534);
    ${text}`;
  const { code, message } = Object(await heard(startDeno(root, asNobody(add(2)), ["--allow-all"])));
  assert.equal(code, "BABA_PERMISSION", message);
  assert.match(message, /EACCES|EPERM/);
  const read = await heard(startDeno(root, asNobody(all()), ["--allow-all"]));
  assert.ok(Array.isArray(read) && read.length === 1, JSON.stringify(read));
  await run("chmod", ["-R", "u+w", root]);
});

inFolder(
  "BabaDB on Deno says so if its directory is removed while it is open, and makes a new one for the next",
  async (root) => {
    const work = `
    await session.add({ id: 1 });
    await session.commit();
    await (await import("node:fs/promises")).rm(root, { recursive: true });
    await session.add({ id: 2 });`;
    const { code, message } = Object(await heard(startDeno(root, session(work))));
    assert.equal(code, "BABA_IO", message);
    assert.match(message, /removed or moved while it was open/);
    assert.equal(await heard(startDeno(root, add(3))), "done");
  },
);

/** Commits records until one fails, each with its own database; reports how many succeeded, and the error. */
const fill = (kilobytes: number): string => `
  for (let count = 0; ; count++) {
    const db = new BabaDB(Any, { directory: root, logging: false });
    const big = { id: count, text: "x".repeat(${kilobytes * 1000}) };
    const error = await db.asyncSession((session) => session.add(big)).catch((error) => error);
    await db.close();
    if (error instanceof Error) return { count, code: error.code };
  }`;
const count = async (root: string): Promise<number> => Object(await heard(startDeno(root, all()))).length;

if (await mayMount()) {
  inFolder("BabaDB on Deno says that a folder is read-only, and reads it", async (root) => {
    assert.equal(await heard(startDeno(root, add(1))), "done");
    await using _mounted = await mount(root, ["--bind", "-o", "ro", root]);
    const { code, message } = Object(await heard(startDeno(root, add(2))));
    assert.equal(code, "BABA_PERMISSION", message);
    assert.match(message, /read-only/);
    assert.equal(await count(root), 1);
  });

  inFolder(
    "BabaDB on Deno says that a disk is full, and has lost nothing once there is room again",
    async (root) => {
      await Deno.mkdir(root);
      await using _mounted = await mount(root, ["-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs"]);
      const filled = Object(await heard(startDeno(root, session(fill(1)))));
      // The last commit is in the journal, but there is no room for its file.
      assert.equal(filled.code, "BABA_SETTLE");
      assert.ok(filled.count > 10);
      assert.equal(await count(root), filled.count, "with no room");
      await asRoot("mount", ["-o", "remount,size=8m", root]);
      assert.equal(await heard(startDeno(root, add(1000))), "done");
      assert.equal(await count(root), filled.count + 1, "with room again");
    },
  );
} else {
  inFolder(
    "BabaDB on Deno says that a disk is full, of an adapter that says so, and has lost nothing",
    async (root) => {
      const files = denoFileSystem(root);
      let room = 300;
      const full = new Proxy(files, {
        get:
          (target, call: keyof FileSystem) =>
          async (...input: never[]) => {
            if ((call === "create" || call === "write") && room-- <= 0)
              throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
            return Reflect.apply(target[call], target, input);
          },
      });
      const context = assemble({ ...denoRuntime, fileSystem: () => full });
      const db = new Database(v.object({ id: v.number() }), { logging: false }, context);
      let committed = 0;
      const filling = async () => {
        for (; ; committed++) await db.asyncSession((session) => session.add({ id: committed }));
      };
      await assert.rejects(filling(), { code: "BABA_DISK_FULL" });
      room = Number.POSITIVE_INFINITY;
      await db.close();
      assert.equal(await count(root), committed);
    },
  );
}

/** Mounts at the folder until the end of the block. */
async function mount(root: string, args: readonly string[]): Promise<AsyncDisposable> {
  await asRoot("mount", [...args, root]);
  return { [Symbol.asyncDispose]: () => asRoot("umount", [root]) };
}

async function mayMount(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  try {
    await using _mounted = await mount(folder, ["-t", "tmpfs", "tmpfs"]);
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(folder);
  }
}

async function asRoot(program: string, args: readonly string[]): Promise<void> {
  await (Deno.uid() === 0 ? run(program, args) : run("sudo", ["-n", program, ...args]));
}

/** Resolves to what the program printed. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
