import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { begin, end, PUBLISH_FS, program } from "./adapter.fixture.ts";

let root: string;
let files: FileSystem;
beforeEach(async () => {
  ({ root, files } = await begin());
});
afterEach(() => end({ root, files }));

test.runIf(existsSync("/proc/self/fd"))(
  "sync(), syncFolders() and makeFolder() make things durable by fdatasync and fsync of just these",
  async () => {
    const output = await program(
      root,
      `
    await files.makeFolder("folder");
    await files.create([{ path: "a", bytes: new Uint8Array(5) }, { path: "folder/b", bytes: new Uint8Array(5) }]);
    console.log("made");
    await files.write("a", 0, new Uint8Array(5));
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
        const line = [name, basename(fs.readlinkSync("/proc/self/fd/" + descriptor))];
        const tell = (error) => {
          console.log(...line);
          done(error);
        };
        later(5, () => sound(descriptor, tell));
      };
    }
    function later(turns, sync) {
      if (turns === 0) sync();
      else setImmediate(later, turns - 1, sync);
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

test.runIf(process.platform === "linux" && !process.versions.bun).each([
  ["5.8.0-1-amd64", "ext4", "0xef53", 0],
  ["4.18.0-513.el8.x86_64", "ext4", "0xef53", 300],
  ["6.1.0-18-amd64", "FUSE", "0x65735546", 300],
])(
  "sync() of many files goes by what Linux %s does for %s, %s: %i syncs of single files",
  async (version, _, type, count) => {
    const output = await program(
      root,
      `
    await files.makeFolder(".");
    const paths = Array.from({ length: 300 }, (_, i) => String(i));
    await files.create(paths.map((path) => ({ path, bytes: new Uint8Array(5) })));
    await files.sync(paths);
    console.log(syncs);
  `,
      `
    import fs from "node:fs";
    import os from "node:os";
    let syncs = 0;
    const { fdatasync } = fs;
    fs.fdatasync = (...input) => {
      syncs += 1;
      fdatasync(...input);
    };
    os.release = () => ${JSON.stringify(version)};
    fs.statfsSync = () => ({ type: ${type} });
    ${PUBLISH_FS}
  `,
    );
    expect(output).toBe(`${count}\n`);
  },
);

test("sync() and syncFolders() wait while too many files are open, and try no sync again that has failed", async () => {
  const output = await program(
    root,
    `
    await files.makeFolder("folder");
    await files.create([{ path: "a", bytes: new Uint8Array(5) }, { path: "b", bytes: new Uint8Array(5) }]);
    const attempt = (work) => work.then(() => "synced", (error) => error.code);
    for (const call of ["fdatasync", "fsync"]) {
      const sync = () => call === "fsync" ? files.syncFolders(["folder", "."]) : files.sync(["a", "b"]);
      crowded = true;
      console.log(await attempt(sync()));
      [crowded, failing] = [true, call];
      console.log(await attempt(sync()));
    }
  `,
    `
    import fs from "node:fs";
    let [crowded, failing] = [false, ""];
    const fail = (code) => Object.assign(new Error(code), { code });
    const openSync = fs.openSync;
    fs.openSync = (...input) => {
      if (!crowded) return openSync(...input);
      crowded = false;
      throw fail("EMFILE");
    };
    for (const name of ["fdatasync", "fsync"]) {
      const sound = fs[name];
      fs[name] = (descriptor, done) => {
        if (failing !== name) return sound(descriptor, done);
        failing = "";
        setImmediate(() => done(fail("EIO")));
      };
    }
    ${PUBLISH_FS}
  `,
  );
  expect(output.trim().split("\n")).toEqual(["synced", "EIO", "synced", "EIO"]);
});

test.runIf(process.platform !== "win32")(
  "makeFolder() does without the sync of a folder above the root that takes new folders but cannot be opened",
  async () => {
    const closed = join(root, "closed");
    await mkdir(closed, { recursive: true });
    await chmod(dirname(root), 0o755);
    await chmod(closed, 0o333);
    const output = await program(
      root,
      `
    if (process.getuid() === 0) process.seteuid(65534);
    const inside = nodeFileSystem(${JSON.stringify(join(closed, "above/root"))});
    console.log((await inside.makeFolder("a")).join());
    await inside.syncFolders([".", "a"]);
  `,
    ).finally(() => chmod(closed, 0o755));
    expect(output).toBe(".,a\n");
  },
);

test("rename() goes on after what Windows says of a file that another program has open for a moment", async () => {
  const output = await program(
    root,
    `
    await files.makeFolder(".");
    Object.defineProperty(process, "platform", { value: "win32" });
    const made = () => files.create(["a~", "b~"].map((path) => ({ path, bytes: new Uint8Array([1, 2]) })));
    const moves = ["a", "b"].map((to) => ({ from: to + "~", to }));
    await made();
    held = 2;
    console.log(await files.rename(moves).then(() => "renamed", (error) => error.code));
    console.log((await files.names(".")).sort().join());
    await made();
    held = Infinity;
    console.log(await files.rename(moves).then(() => "renamed", (error) => error.code));
    console.log((await files.names(".")).sort().join());
  `,
    `
    import fs from "node:fs";
    let held = 0;
    const { renameSync } = fs;
    fs.renameSync = (...input) => {
      if (held-- > 0) throw Object.assign(new Error("held"), { code: "EPERM" });
      renameSync(...input);
    };
    ${PUBLISH_FS}
  `,
  );
  expect(output.trim().split("\n")).toEqual(["renamed", "a,b", "EPERM", "a,a~,b,b~"]);
});

test("nodeFileSystem() keeps a process for a pending read and sync, and then lets it end", async () => {
  const output = await program(
    root,
    `
    await files.makeFolder(".");
    await files.create(Array.from({ length: 3000 }, (_, i) => ({ path: String(i), bytes: new Uint8Array(500) })));
    await files.write("0", 0, new Uint8Array(500));
    await files.sync(["0"]);
    files.read(Array.from({ length: 3000 }, (_, i) => String(i))).then((found) => console.log("read", found.length));
    files.sync(Array.from({ length: 200 }, (_, i) => String(i))).then(() => console.log("synced"));
  `,
  );
  expect(output.trim().split("\n").sort()).toEqual(["read 3000", "synced"]);
});

test("nodeFileSystem() does without threads that cannot be started, and warns once", async () => {
  const output = await program(
    root,
    `
    const { Worker } = await import("node:worker_threads");
    process.on("warning", (warning) => console.log(warning.message.slice(0, 25)));
    await files.makeFolder(".");
    const paths = Array.from({ length: 3000 }, (_, i) => String(i));
    await files.create(["long", ...paths].map((path) => ({ path, bytes: new Uint8Array(5) })));
    await files.write("long", 0, new Uint8Array(9 * 1024 * 1024));
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

test.runIf(process.platform !== "win32")(
  "nodeFileSystem() starts threads without what NODE_OPTIONS and the command line preload",
  async () => {
    const [preload, log] = [join(root, "../preload.cjs"), join(root, "../log")];
    const where = 'require("node:worker_threads").isMainThread ? "main" : "thread"';
    await writeFile(preload, `require("node:fs").appendFileSync(${JSON.stringify(log)}, ${where});`);
    const output = await program(
      root,
      `
    process.on("worker", () => console.log("thread"));
    await files.makeFolder(".");
    await files.create([{ path: "long", bytes: new Uint8Array() }]);
    await files.write("long", 0, new Uint8Array(9 * 1024 * 1024));
  `,
      "",
      `export NODE_OPTIONS="--require ${preload}"; exec "$0" --require "${preload}" "$1"; `,
    );
    expect(output).toBe("thread\n");
    expect(await readFile(log, "utf8")).toBe("main");
  },
);

test.runIf(process.platform !== "win32")("nodeFileSystem() waits while too many files are open", async () => {
  const output = await program(
    root,
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
