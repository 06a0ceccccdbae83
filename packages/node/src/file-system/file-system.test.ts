import { execFile, spawn } from "node:child_process";
import { constants, existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import type { FileSystem } from "@baba/core";
import { fileSystemSuite, type Outside } from "@baba/core/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nodeFileSystem } from "./index.ts";

const run = promisify(execFile);
// Some file systems take half a millisecond for each file, soon after many were removed.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const DESCRIPTORS = ["/proc/self/fd", "/dev/fd"].find((folder) => existsSync(folder));
const NOBODY = 65534;
/** Makes the changed properties of a program's `fs` what other modules import from it. */
const PUBLISH_FS = process.versions.bun
  ? `(await import("bun:test")).mock.module("node:fs", () => ({ ...fs, default: fs }));`
  : `(await import("node:module")).syncBuiltinESMExports();`;
const ON_UNIX: readonly (keyof Outside)[] = ["symbolicLink", "pipe", "mode", "withoutRights", "deadIdentity"];

fileSystemSuite(
  test,
  async () => {
    const holder = await mkdtemp(join(tmpdir(), "baba-"));
    const root = join(holder, "root");
    const again = () => nodeFileSystem(root);
    return {
      fileSystem: again(),
      again,
      outside: outsideOf(holder, root),
      dispose: () => rm(holder, { recursive: true }),
    };
  },
  process.platform === "win32" ? ["deadIdentity"] : ON_UNIX,
);

let root: string;
let files: FileSystem;
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), "baba-")), "root");
  files = nodeFileSystem(root);
});
afterEach(async () => {
  await files.close();
  await rm(join(root, ".."), { recursive: true });
});

test("nodeFileSystem() leaves the event loop free while it reads 10,000 files", async () => {
  await files.makeFolder(".");
  const paths = Array.from({ length: 10_000 }, (_, i) => `${i}`);
  await files.create(paths.map((path) => ({ path, bytes: new Uint8Array(300) })));
  let turns = 0;
  let reading = true;
  const done = files.read(paths).finally(() => {
    reading = false;
  });
  for (; reading; turns++) await nextTurn();
  expect((await done).every((bytes) => bytes instanceof Uint8Array && bytes.length === 300)).toBe(true);
  // One turn for each of the 40 slices at the very least; a synchronous loop would leave one in all.
  expect(turns).toBeGreaterThan(40);
});

test("nodeFileSystem() leaves the event loop free between 10,000 single reads, one awaited after the other", async () => {
  await files.makeFolder(".");
  await files.create([{ path: "a", bytes: new Uint8Array(300) }]);
  let turns = 0;
  let reading = true;
  const count = (async () => {
    for (; reading; turns++) await nextTurn();
  })();
  for (let i = 0; i < 10_000; i++) await files.read(["a"]);
  reading = false;
  await count;
  expect(turns).toBeGreaterThan(10);
});

test("readEach() reads in threads what is behind a long file, again and again in the same memory", async () => {
  await files.makeFolder(".");
  const sizes = Array.from({ length: 700 }, (_, i) => (i === 0 ? 300_000 : i % 40));
  await files.create(sizes.map((size, i) => ({ path: `${i}`, bytes: new Uint8Array(size).fill(i % 251) })));
  const paths = [...sizes.keys(), "absent"].map(String);
  for (let round = 0; round < 3; round++) {
    const wrong = new Set(paths.keys());
    await files.readEach(paths, (file, i) => {
      const sound = file instanceof Uint8Array && file.every((byte) => byte === i % 251);
      if (sound ? file.length === sizes[i] : file === undefined && i === sizes.length) wrong.delete(i);
    });
    expect([...wrong]).toEqual([]);
  }
});

test.runIf(DESCRIPTORS !== undefined)(
  "nodeFileSystem() closes every descriptor, on error paths too",
  async () => {
    await files.makeFolder("folder");
    await mkdir(join(root, "linked"));
    await symlink("linked", join(root, "link"));
    await files.create([{ path: "a", bytes: new Uint8Array(300) }]);
    await run("mkfifo", [join(root, "pipe")]);
    const wrong = ["folder", "link", "pipe", "absent", "a/inside", "link/a"];
    const many = Array.from({ length: 300 }, (_, i) => wrong[i % wrong.length] ?? "");
    const attempts = async () => {
      await files.read(wrong);
      await files.read(many);
      for (const path of wrong) {
        await Promise.allSettled([
          files.readRange(path, 0, 10),
          files.readRange(path, 0, 10_000_000),
          files.write(path, 0, new Uint8Array(10)),
          files.create([{ path, bytes: new Uint8Array(10) }]),
          files.sync([path]),
          files.syncFolders([path]),
          files.list(path),
        ]);
        await rm(join(root, "absent"), { force: true });
      }
    };
    await attempts();
    const before = readdirSync(DESCRIPTORS ?? "").length;
    for (let i = 0; i < 20; i++) await attempts();
    expect(readdirSync(DESCRIPTORS ?? "").length).toBe(before);
  },
);

test("makeFolder() makes the folders above the root too, 0700, and tells of the root alone", async () => {
  const deep = nodeFileSystem(join(root, "one", "two"));
  expect(await deep.makeFolder("a")).toEqual([".", "a"]);
  expect((await stat(join(root, "one"))).mode & 0o777).toBe(0o700);
  await deep.close();
});

test("identity() is one for a root and for a symbolic link to it, made or not", async () => {
  await mkdir(join(root, "real"), { recursive: true });
  await symlink("real", join(root, "link"));
  for (const folder of ["", "new", "new/deeper"]) {
    const [real, linked] = [
      nodeFileSystem(join(root, "real", folder)),
      nodeFileSystem(join(root, "link", folder)),
    ];
    expect(await linked.identity()).toBe(await real.identity());
  }
});

test.each(["create", "write", "link", "rename", "remove", "sync"] as const)(
  "%s() refuses a symbolic link on the way with ELOOP",
  async (method) => {
    await files.makeFolder("folder");
    await files.create([{ path: "folder/a", bytes: new Uint8Array(3) }]);
    await symlink("folder", join(root, "link"));
    const calls = {
      create: () => files.create([{ path: "link/b", bytes: new Uint8Array(1) }]),
      write: () => files.write("link/a", 0, new Uint8Array(1)),
      link: () => files.link("folder/a", "link/b"),
      rename: () => files.rename([{ from: "folder/a", to: "link/b" }]),
      remove: () => files.remove(["link/a"]),
      sync: () => files.sync(["link/a"]),
    };
    await expect(calls[method]()).rejects.toMatchObject({ code: "ELOOP" });
    expect(await files.list("folder")).toEqual([{ name: "a", kind: "file" }]);
  },
);

test.runIf(process.platform !== "win32")(
  "nodeFileSystem() looks at the store's own folders once for calls in a row, and at record folders each time",
  async () => {
    const output = await program(
      `
    await files.makeFolder(".store/inner");
    await files.makeFolder("folder");
    console.log("made");
    for (let i = 0; i < 20; i++) await files.create([{ path: ".store/inner/" + i, bytes: new Uint8Array(1) }]);
    console.log("stored");
    for (let i = 0; i < 20; i++) await files.create([{ path: "folder/" + i, bytes: new Uint8Array(1) }]);
  `,
      `
    import fs from "node:fs";
    const [sound, held] = [fs.lstatSync, performance.now()];
    fs.lstatSync = (path, options) => {
      console.log("look");
      return sound(path, options);
    };
    performance.now = () => held;
    ${PUBLISH_FS}
  `,
    );
    const looks = (text: string): number => text.split("look\n").length - 1;
    const [, stored = "", records = ""] = output.split(/made\n|stored\n/);
    expect([looks(stored), looks(records)]).toEqual([2, 20]);
  },
);

test.runIf(process.platform !== "win32")(
  "nodeFileSystem() refuses a symbolic link in the place of the store's folder, once time has passed",
  async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      await replaceStoreByLink();
      vi.advanceTimersByTime(101);
      await expect(files.write(".store/inner/a", 0, new Uint8Array(1))).rejects.toMatchObject({
        code: "ELOOP",
      });
    } finally {
      vi.useRealTimers();
    }
  },
);

test.runIf(process.platform !== "win32").each(["a miss", "makeFolder()", "rename()"] as const)(
  "nodeFileSystem() refuses a symbolic link in the place of the store's folder at once after %s",
  async (event) => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      if (event === "rename()") await moveStoreBehindLink();
      else await replaceStoreByLink();
      if (event === "a miss") await files.read([".store/inner/absent"]);
      if (event === "makeFolder()") await files.makeFolder("new");
      await expect(files.write(".store/inner/a", 0, new Uint8Array(1))).rejects.toMatchObject({
        code: "ELOOP",
      });
    } finally {
      vi.useRealTimers();
    }
  },
);

test("lives() is false for an identity of another start of the machine, and of a number taken over", async () => {
  const own: unknown = JSON.parse(await files.processIdentity());
  const lives = (changed: object) => files.lives(JSON.stringify({ ...Object(own), ...changed }), "absent");
  expect(await lives({ boot: "another" })).toBe(!existsSync("/proc/self"));
  expect(await lives({ started: "1" })).toBe(!existsSync("/proc/self"));
  expect(await lives({ namespaces: "another", started: "1" })).toBe(true);
});

test.runIf(existsSync("/usr/bin/flock"))(
  "lives() goes by the kernel's lock where the identity says that there is one",
  async () => {
    const identity = JSON.stringify({ pid: 1, host: "", lock: true });
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    const holder = spawn("flock", [join(root, "a"), "sh", "-c", "echo locked; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    expect(await files.lives(identity, "a")).toBe(true);
    holder.stdin.end();
    await ended;
    expect(await files.lives(identity, "a")).toBe(false);
    expect(await files.lives(identity, "a"), "asking must leave no lock behind").toBe(false);
    expect(await files.lives(identity, "removed"), "a file that its process has removed").toBe(false);
    await symlink("a", join(root, "link"));
    expect(await files.lives(identity, "link"), "what is no file proves nothing").toBe(true);
  },
);

test("lives() is true for a kernel's lock that cannot be looked at", async () => {
  const output = await program(
    `
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    process.env.PATH = "/nonexistent";
    console.log(await files.lives(JSON.stringify({ pid: 1, host: "", lock: true }), "a"));
  `,
  );
  expect(output).toBe("true\n");
});

test.runIf(existsSync("/proc/self/fd"))(
  "sync(), syncFolders() and makeFolder() make things durable by fdatasync and fsync of just these",
  async () => {
    const output = await program(
      `
    await files.makeFolder("folder");
    await files.create([{ path: "a", bytes: new Uint8Array(5) }, { path: "folder/b", bytes: new Uint8Array(5) }]);
    console.log("made");
    await files.sync(["a", "folder/b", "a", "absent"]);
    console.log("synced");
    await files.syncFolders([".", "folder", "absent"]);
  `,
      `
    import fs from "node:fs";
    import { basename } from "node:path";
    for (const name of ["fdatasync", "fsync"]) {
      const sound = fs[name];
      fs[name] = (descriptor, done) => {
        console.log(name, basename(fs.readlinkSync("/proc/self/fd/" + descriptor)));
        sound(descriptor, done);
      };
    }
    ${PUBLISH_FS}
  `,
    );
    const [made, synced] = [output.indexOf("made"), output.indexOf("synced")];
    expect(output.slice(0, made)).toBe(`fsync ${basename(dirname(root))}\n`);
    expect(output.slice(made, synced).split("\n").sort()).toEqual(["", "fdatasync a", "fdatasync b", "made"]);
    expect(output.slice(synced).split("\n").sort()).toEqual(
      ["", "fsync folder", `fsync ${basename(dirname(root))}`, "fsync root", "synced"].sort(),
    );
  },
);

test("a process waits for a pending read and sync, and then ends by itself with the adapter open", async () => {
  const output = await program(`
    await files.makeFolder(".");
    await files.create(Array.from({ length: 3000 }, (_, i) => ({ path: String(i), bytes: new Uint8Array(500) })));
    files.read(Array.from({ length: 3000 }, (_, i) => String(i))).then((found) => console.log("read", found.length));
    files.sync(Array.from({ length: 200 }, (_, i) => String(i))).then(() => console.log("synced"));
  `);
  expect(output.trim().split("\n").sort()).toEqual(["read 3000", "synced"]);
});

test("a process in which threads cannot be started does without, and warns once", async () => {
  const output = await program(
    `
    const { Worker } = await import("node:worker_threads");
    process.on("warning", (warning) => console.log(warning.message.slice(0, 25)));
    await files.makeFolder(".");
    const paths = Array.from({ length: 3000 }, (_, i) => String(i));
    await files.create(paths.map((path) => ({ path, bytes: new Uint8Array(5) })));
    console.log((await files.read(paths)).filter((bytes) => bytes.length === 5).length);
  `,
    `
    import { createRequire } from "node:module";
    const threads = createRequire(import.meta.url)("node:worker_threads");
    threads.Worker = class { constructor() { throw new Error("not allowed"); } };
    (await import("node:module")).syncBuiltinESMExports();
  `,
  );
  expect(output.trim().split("\n")).toEqual(["BabaDB: Large batches of ", "3000"]);
});

test.runIf(process.platform !== "win32")("nodeFileSystem() waits while too many files are open", async () => {
  const output = await program(
    `
    await files.makeFolder(".");
    const paths = Array.from({ length: 500 }, (_, i) => String(i));
    await files.create(paths.map((path) => ({ path, bytes: new Uint8Array(5) })));
    const { openSync, closeSync } = await import("node:fs");
    const taken = [];
    try { for (;;) taken.push(openSync("/dev/null", "r")); } catch {}
    setTimeout(() => taken.forEach((descriptor) => closeSync(descriptor)), 50);
    const [found, more, range] = await Promise.all([files.read(paths), files.read(["1", "2"]), files.readRange("3", 0, 9)]);
    await files.create([{ path: "new", bytes: new Uint8Array(1) }]);
    console.log([...found, ...more, range].filter((bytes) => bytes.length === 5).length);
  `,
    "",
    "ulimit -n 64; ",
  );
  expect(output.trim()).toBe("503");
});

async function storeInUse(): Promise<void> {
  await files.makeFolder(".store/inner");
  await files.create([{ path: ".store/inner/a", bytes: new Uint8Array(3) }]);
}

/** Behind the adapter's back, a moment after it used the folder. */
async function replaceStoreByLink(): Promise<void> {
  await storeInUse();
  await rename(join(root, ".store"), join(root, "moved"));
  await symlink("moved", join(root, ".store"));
}

/** By the adapter itself. */
async function moveStoreBehindLink(): Promise<void> {
  await storeInUse();
  await files.rename([{ from: ".store", to: "moved" }]);
  await symlink("moved", join(root, ".store"));
}

/** Runs a program, with `files` an adapter of the root, in a process of its own; gives its output. */
async function program(text: string, before = "", shell = ""): Promise<string> {
  const module = new URL("../../dist/file-system/index.js", import.meta.url).href;
  const start = `${before}
    const { nodeFileSystem } = await import(${JSON.stringify(module)});
    const files = nodeFileSystem(${JSON.stringify(root)});
    ${text}`;
  const script = join(root, "..", "program.mjs");
  await writeFile(script, start);
  const { stdout } = await run("/bin/sh", ["-c", `${shell}exec "$0" "$1"`, process.execPath, script]);
  return stdout;
}

function outsideOf(holder: string, folder: string): Outside {
  return {
    symbolicLink: (target, path) => symlink(target, join(folder, path)),
    pipe: async (path) => void (await run("mkfifo", [join(folder, path)])),
    mode: async (path) => (await stat(join(folder, path))).mode & 0o777,
    withoutRights: async (path, work) => {
      await chmod(join(folder, path), 0);
      await (process.getuid?.() === 0 ? asNobody(holder, folder, work) : work());
    },
    deadIdentity: async () => {
      const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
      const { pid } = child;
      await new Promise((resolve) => child.once("exit", resolve));
      const own: unknown = JSON.parse(await nodeFileSystem(folder).processIdentity());
      return { identity: JSON.stringify({ ...Object(own), pid }), announced: "absent" };
    },
  };
}

/** The superuser may read everything, and so becomes nobody meanwhile. */
async function asNobody(holder: string, folder: string, work: () => Promise<void>): Promise<void> {
  const { seteuid } = process;
  if (seteuid === undefined) throw new Error("This system has no user identities.");
  await Promise.all([holder, folder].map((path) => chown(path, NOBODY, NOBODY)));
  for (const name of readdirSync(folder)) {
    if (((await stat(join(folder, name))).mode & constants.S_IRUSR) !== 0) {
      await chown(join(folder, name), NOBODY, NOBODY);
    }
  }
  seteuid.call(process, NOBODY);
  try {
    await work();
  } finally {
    seteuid.call(process, 0);
  }
}
