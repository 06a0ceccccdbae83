import assert from "node:assert/strict";
import type { FileSystem } from "@baba/core";
import { systemCode } from "@baba/core/adapter";
import { denoFileSystem } from "./index.ts";

/** Short enough to be done in one turn, and too long for that. */
const SIZES = [9001, 600_000];
const { read, readSync, statSync, write, writeSync } = Deno.FsFile.prototype;

/** Registers a test that gets an adapter whose system does as the test says. */
function inFolder(name: string, work: (files: FileSystem, root: string) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeResources: true,
    async fn() {
      const root = await Deno.makeTempDir({ prefix: "baba-" });
      try {
        await work(denoFileSystem(root), root);
      } finally {
        Object.assign(Deno.FsFile.prototype, { read, readSync, statSync, write, writeSync });
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

const content = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i % 251);
const some = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, 1 + bytes.length / 2);

inFolder(
  "announce() and write() write on, and readRange() reads on, if the system takes or gives only a part",
  async (files, root) => {
    Object.assign(Deno.FsFile.prototype, {
      read: partly(read),
      readSync: partly(readSync),
      write: partly(write),
      writeSync: partly(writeSync),
    });
    for (const size of SIZES) {
      const bytes = content(size);
      await files.announce({ path: `${size}`, bytes });
      await files.write(`${size}`, 10, bytes);
      const expected = new Uint8Array([...bytes.subarray(0, 10), ...bytes]);
      assert.deepEqual(Deno.readFileSync(`${root}/${size}`), expected);
      assert.deepEqual(await files.readRange(`${size}`, 1, size), expected.subarray(1, size + 1));
    }
    await files.close();
  },
);

inFolder("readEach() hands a long file over before it reads the next one", async (files, root) => {
  const names = ["a", "b", "c"];
  for (const name of names) Deno.writeFileSync(`${root}/${name}`, content(600_000));
  const sizes: unknown[] = [];
  await files.readEach(names, (file, i) => {
    sizes.push(file instanceof Uint8Array && file.length);
    for (const name of names.slice(i + 1)) Deno.truncateSync(`${root}/${name}`, 500_000 - i);
  });
  assert.deepEqual(sizes, [600_000, 500_000, 499_999]);
  await files.close();
});

inFolder(
  "readRange() gives no more than is there if the file is cut while it is read",
  async (files, root) => {
    for (const size of SIZES) {
      Deno.writeFileSync(`${root}/a`, content(size));
      Deno.FsFile.prototype.statSync = function () {
        const seen = statSync.call(this);
        Deno.truncateSync(`${root}/a`, 1000);
        return seen;
      };
      const found = await files.readRange("a", 0, size);
      assert.equal(found?.length, 1000);
      assert.deepEqual(found, content(1000));
    }
  },
);

inFolder("readRange() and write() close the file if the system fails in between", async (files, root) => {
  const failing = () => {
    throw Object.assign(new Error("failed"), { code: "EIO" });
  };
  const sound = { read, readSync, statSync, write, writeSync };
  const broken = { read: failing, readSync: failing, write: failing, writeSync: failing };
  for (const size of SIZES) {
    Deno.writeFileSync(`${root}/a`, content(size));
    for (const failure of [broken, { statSync: failing }]) {
      Object.assign(Deno.FsFile.prototype, sound, failure);
      await assert.rejects(files.readRange("a", 0, size), { code: "EIO" });
    }
    Object.assign(Deno.FsFile.prototype, sound, broken);
    await assert.rejects(files.write("a", 0, content(size)), { code: "EIO" });
  }
});

/** The same call, with only the first part of the bytes. */
function partly<T>(call: (this: Deno.FsFile, bytes: Uint8Array) => T) {
  return function (this: Deno.FsFile, bytes: Uint8Array): T {
    return call.call(this, some(bytes));
  };
}

inFolder("read() refuses a file of 2 GiB as too long, and reads the others", async (files, root) => {
  await Deno.writeTextFile(`${root}/longest`, "");
  await Deno.truncate(`${root}/longest`, 2 ** 31);
  await Deno.writeFile(`${root}/a`, content(10));
  const [tooLong, other] = await files.read(["longest", "a"]);
  assert.equal(systemCode(tooLong), "ERR_FS_FILE_TOO_LARGE");
  assert.deepEqual(other, content(10));
});
