import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { fileSystemSuite, type Outside } from "@baba/core/testing";
import { inFolder, startDeno } from "../testing/programs.ts";
import { denoFileSystem } from "./index.ts";

const NOBODY = 65534;
/** Tests that need more than the port run here, the others with only an application's permissions. */
const EVERYWHERE = new Set<string>();
fileSystemSuite((name) => EVERYWHERE.add(name), create);

fileSystemSuite(
  (name, work) => EVERYWHERE.has(name) || Deno.test({ name, fn: work, sanitizeResources: true }),
  create,
  ["symbolicLink", "pipe", "mode", "withoutRights"],
);

async function create() {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  const root = `${holder}/root`;
  const again = () => denoFileSystem(root);
  return {
    fileSystem: again(),
    again,
    outside: outsideOf(holder, root),
    dispose: () => Deno.remove(holder, { recursive: true }),
  };
}

function outsideOf(holder: string, root: string): Partial<Outside> {
  return {
    symbolicLink: (target, path) => Deno.symlink(target, join(root, path)),
    pipe: async (path) => void (await new Deno.Command("mkfifo", { args: [`${root}/${path}`] }).output()),
    mode: async (path) => ((await Deno.stat(`${root}/${path}`)).mode ?? 0) & 0o777,
    withoutRights: async (path, work) => {
      await Deno.chmod(`${root}/${path}`, 0);
      await (Deno.uid() === 0 ? asNobody(holder, root, path, work) : work());
    },
  };
}

/**
 * The superuser may read everything, and so becomes nobody for the time being, who owns all but the one file.
 */
async function asNobody(
  holder: string,
  root: string,
  secret: string,
  work: () => Promise<void>,
): Promise<void> {
  const names = [...Deno.readDirSync(root)].map(({ name }) => name).filter((name) => name !== secret);
  for (const path of [holder, root, ...names.map((name) => `${root}/${name}`)])
    Deno.chownSync(path, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

Deno.test("read() and readRange() give the whole of a file that is replaced by a longer one meanwhile", async () => {
  const root = await Deno.makeTempDir({ prefix: "baba-" });
  const files = denoFileSystem(root);
  const { lstatSync } = Deno;
  try {
    for (const [old, young] of [
      [10, 20],
      [300_000, 600_000],
    ] as const) {
      Deno.writeFileSync(join(root, "a"), new Uint8Array(old));
      Deno.writeFileSync(join(root, "b"), new Uint8Array(young));
      Deno.lstatSync = (path) => {
        const info = lstatSync(path);
        if (String(path).endsWith("/a")) Deno.renameSync(join(root, "b"), join(root, "a"));
        Deno.lstatSync = lstatSync;
        return info;
      };
      const read = old === 10 ? await files.readRange("a", 0, 1000) : (await files.read(["a"]))[0];
      assert.equal(read instanceof Uint8Array && read.length, young);
    }
  } finally {
    Deno.lstatSync = lstatSync;
    await files.close();
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("identity() follows the root's link when that is changed", async () => {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  const [a, b, root] = ["a", "b", "current"].map((name) => join(holder, name)) as [string, string, string];
  try {
    for (const folder of [a, b]) await Deno.mkdir(folder);
    const names: string[] = [];
    for (const folder of [a, b]) {
      await Deno.symlink(folder, root);
      names.push(await denoFileSystem(root).identity());
      await Deno.remove(root);
    }
    assert.deepEqual(names, [await denoFileSystem(a).identity(), await denoFileSystem(b).identity()]);
  } finally {
    await Deno.remove(holder, { recursive: true });
  }
});

Deno.test("makeFolder() throws ELOOP if the root is a link to itself", async () => {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  const root = `${holder}/root`;
  await Deno.symlink(root, root);
  try {
    await assert.rejects(denoFileSystem(root).makeFolder("."), { code: "ELOOP" });
  } finally {
    await Deno.remove(holder, { recursive: true });
  }
});

Deno.test("makeFolder() gives the owner all rights, whatever the umask takes", async () => {
  const root = `${await Deno.makeTempDir({ prefix: "baba-" })}/new`;
  const before = Deno.umask(0o577);
  try {
    await denoFileSystem(root).makeFolder("a/b");
  } finally {
    Deno.umask(before);
  }
  for (const path of [root, `${root}/a`, `${root}/a/b`])
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o700);
  await Deno.remove(`${root}/..`, { recursive: true });
});

inFolder("identity() of a root yet to be made is below what a link on its way leads to", async (root) => {
  await Deno.mkdir(root);
  await Deno.symlink(root, `${root}-link`);
  const byLink = await denoFileSystem(`${root}-link/new/deeper`).identity();
  assert.equal(byLink, join(await Deno.realPath(root), "new/deeper"));
  assert.equal(byLink, await denoFileSystem(`${root}/new/deeper`).identity());
});

inFolder(
  "identity() of a root behind a link that may not be read stays when the root is made",
  async (root) => {
    await Deno.mkdir(root);
    await Deno.symlink(root, `${root}-link`);
    await using program = startDeno(
      `${root}-link/new`,
      `
const before = await runtime.fileSystem(root).identity();
await runtime.fileSystem(root).makeFolder(".");
say(JSON.stringify([before, await runtime.fileSystem(root).identity()]));`,
    );
    const [before, after] = JSON.parse(await program.line());
    assert.equal(before, `${root}-link/new`);
    assert.equal(after, before);
  },
);

inFolder(
  "identity(), makeFolder() and syncFolders() touch no folder above the root without a right to it",
  async (root) => {
    await using program = startDeno(
      root,
      `
const touched = [];
for (const name of ["realPathSync", "statSync", "lstatSync", "openSync"]) {
  const sound = Deno[name];
  Deno[name] = (path, ...more) => {
    if (!path.startsWith(root)) touched.push(name + " " + path);
    return sound(path, ...more);
  };
}
const files = runtime.fileSystem(root);
const identity = await files.identity();
await files.makeFolder(".");
await files.syncFolders(["."]);
say(JSON.stringify([identity === root, await files.kinds(["."]), touched]));`,
    );
    assert.deepEqual(JSON.parse(await program.line()), [true, ["folder"], []]);
  },
);

inFolder("stamp() of a root that is a link is that of the folder it leads to", async (root) => {
  await Deno.mkdir(root);
  await Deno.symlink(root, `${root}-link`);
  const { statSync } = Deno;
  const old = new Date(2020, 0, 1, 12, 0, 0, 123);
  Deno.statSync = (path) => ({ ...statSync(path), mtime: old, ctime: old });
  try {
    const stamp = await denoFileSystem(root).stamp(".");
    assert.equal(typeof stamp, "string");
    assert.equal(await denoFileSystem(`${root}-link`).stamp("."), stamp);
  } finally {
    Deno.statSync = statSync;
  }
});
