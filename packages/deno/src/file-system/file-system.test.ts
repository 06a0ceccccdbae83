import assert from "node:assert/strict";
import { join } from "node:path";
import type { FileSystem } from "@baba/core";
import { systemCode } from "@baba/core/adapter";
import { fileSystemSuite } from "@baba/core/testing";
import { denoFileSystem } from "./index.ts";

fileSystemSuite((name, fn) => Deno.test({ name, fn, sanitizeResources: true }), async () => {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  const root = `${holder}/root`;
  const again = () => denoFileSystem(root);
  return {
    fileSystem: again(),
    again,
    outside: {},
    dispose: () => Deno.remove(holder, { recursive: true }),
  };
}, []);

Deno.test("stamp() is another after a change, also if a program has set the folder's time back", async () => {
  const root = await Deno.makeTempDir({ prefix: "baba-" });
  const files = denoFileSystem(root);
  const old = new Date(2020, 0, 1, 12, 0, 0, 123);
  try {
    const told: string[] = [];
    for (let i = 0; i < 20; i++) {
      await Deno.writeTextFile(`${root}/${i}`, "text");
      await Deno.utime(root, old, old);
      told.push((await files.stamp(".")) ?? `none of ${i}`);
    }
    told.push(await settled(files));
    await Deno.remove(`${root}/0`);
    await Deno.utime(root, old, old);
    told.push(await settled(files));
    assert.equal(new Set(told).size, told.length, told.join());
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("stamp() is another for another folder in the place, even one with the same times", async () => {
  const root = await Deno.makeTempDir({ prefix: "baba-" });
  const files = denoFileSystem(root);
  const { statSync } = Deno;
  const seen: object[] = [{}, { ino: 1 }, { dev: 1 }, { mtime: new Date(1) }, { ctime: new Date(1) }];
  try {
    const told = [await settled(files)];
    for (const part of seen) {
      Deno.statSync = (path) => ({ ...statSync(path), ...part });
      told.push((await files.stamp(".")) ?? "none");
    }
    assert.equal(new Set(told).size, seen.length, told.join());
  } finally {
    Deno.statSync = statSync;
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("read(), readRange() and write() of a folder fail with EISDIR", async () => {
  const root = await Deno.makeTempDir({ prefix: "baba-" });
  const files = denoFileSystem(root);
  try {
    await files.makeFolder("folder");
    assert.equal(systemCode((await files.read(["folder"]))[0]), "EISDIR");
    await assert.rejects(files.readRange("folder", 0, 1), { code: "EISDIR" });
    await assert.rejects(files.write("folder", 0, new Uint8Array(1)), { code: "EISDIR" });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("identity() is the path if a file is on the way to the root", async () => {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  await Deno.writeTextFile(`${holder}/file`, "text");
  const identity = await denoFileSystem(`${holder}/file/root`).identity();
  assert.equal(identity, join(await Deno.realPath(holder), "file", "root"));
  await Deno.remove(holder, { recursive: true });
});

/** The stamp, once the adapter trusts the times of the last change. */
async function settled(files: FileSystem): Promise<string> {
  for (;;) {
    const stamp = await files.stamp(".");
    if (stamp !== undefined) return stamp;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
