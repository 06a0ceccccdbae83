import { execFile, spawn } from "node:child_process";
import { constants, existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import type { FileSystem } from "@baba/core";
import { fileSystemSuite, type Outside } from "@baba/core/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { begin, end, program } from "./adapter.fixture.ts";
import { nodeFileSystem } from "./index.ts";
import { LONG_BYTES } from "./limits.ts";

const run = promisify(execFile);

const DESCRIPTORS = ["/proc/self/fd", "/dev/fd"].find((folder) => existsSync(folder));
const NOBODY = 65534;
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
  ({ root, files } = await begin());
});
afterEach(() => end({ root, files }));

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
  // A synchronous loop would leave a single turn.
  expect(turns).toBeGreaterThan(10);
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
  const sizes = Array.from({ length: 700 }, (_, i) => (i === 0 ? LONG_BYTES + 1 : i % 40));
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

test("makeFolder() gives the owner all rights, whatever the umask takes", async () => {
  const umask = "umask 0577; ";
  await program(root, "await files.makeFolder('a/b'); await files.close();", "", umask);
  for (const path of ["", "a", "a/b"]) expect((await stat(join(root, path))).mode & 0o777).toBe(0o700);
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

/** The superuser may read everything, and so becomes nobody for the time being. */
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
