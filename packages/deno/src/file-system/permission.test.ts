import assert from "node:assert/strict";
import { BabaError, type FileSystem } from "@baba/core";
import { denoFileSystem } from "./index.ts";

/** A folder that these tests have no right to. */
const ROOT = "/baba-elsewhere";
const file = { path: "a", bytes: new Uint8Array([1]) };
const LOCKED = JSON.stringify({ pid: 1, host: "", lock: true });

const CALLS: Readonly<Record<string, (files: FileSystem) => Promise<unknown>>> = {
  create: (files) => files.create([file]),
  readRange: (files) => files.readRange("a", 0, 1),
  write: (files) => files.write("a", 0, file.bytes),
  link: (files) => files.link("a", "b"),
  sync: (files) => files.sync(["a"]),
  syncFolders: (files) => files.syncFolders(["."]),
  rename: (files) => files.rename([{ from: "a", to: "b" }]),
  remove: (files) => files.remove(["a"]),
  kinds: (files) => files.kinds(["a"]),
  list: (files) => files.list("."),
  names: (files) => files.names("."),
  makeFolder: (files) => files.makeFolder("."),
  announce: (files) => files.announce(file),
  lives: (files) => files.lives(LOCKED, "a"),
};

for (const [method, call] of Object.entries(CALLS)) {
  Deno.test(`${method}() without the right to the directory says which flags it needs`, async () => {
    await assert.rejects(call(denoFileSystem(ROOT)), isRefusal);
  });
}

Deno.test("identity() without the right to the directory is its path", async () => {
  assert.equal(await denoFileSystem(ROOT).identity(), ROOT);
});

Deno.test("read() without the right to the directory says so in each file's place", async () => {
  const found = await denoFileSystem(ROOT).read(["a", "b/c"]);
  assert.deepEqual(found.map(isRefusal), [true, true]);
});

function isRefusal(error: unknown): boolean {
  assert.ok(error instanceof BabaError);
  assert.equal(error.code, "BABA_PERMISSION");
  assert.ok(error.message.includes(`--allow-read=${ROOT} and --allow-write=${ROOT}`), error.message);
  assert.ok(error.cause instanceof Deno.errors.NotCapable);
  return true;
}
