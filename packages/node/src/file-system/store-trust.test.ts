import { rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { begin, end, PUBLISH_FS, program } from "./adapter.fixture.ts";

const MISSING = { from: ".store/inner/absent", to: ".store/inner/new" };

let root: string;
let files: FileSystem;
beforeEach(async () => {
  ({ root, files } = await begin());
});
afterEach(() => end({ root, files }));

test.runIf(process.platform !== "win32")(
  "nodeFileSystem() looks at the store's own folders once for calls in a row, and at record folders each time",
  async () => {
    const output = await program(
      root,
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

test
  .runIf(process.platform !== "win32")
  .each(["a miss", "a rename that misses", "a removal that misses", "makeFolder()", "rename()"] as const)(
  "nodeFileSystem() refuses a symbolic link in the place of the store's folder at once after %s",
  async (event) => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      if (event === "rename()") await moveStoreBehindLink();
      else await replaceStoreByLink();
      if (event === "a miss") await files.read([".store/inner/absent"]);
      if (event === "a rename that misses") await expect(files.rename([MISSING])).rejects.toThrow("ENOENT");
      if (event === "a removal that misses") await files.remove([MISSING.from]);
      if (event === "makeFolder()") await files.makeFolder("new");
      await expect(files.write(".store/inner/a", 0, new Uint8Array(1))).rejects.toMatchObject({
        code: "ELOOP",
      });
    } finally {
      vi.useRealTimers();
    }
  },
);

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

/** Through the adapter itself. */
async function moveStoreBehindLink(): Promise<void> {
  await storeInUse();
  await files.rename([{ from: ".store", to: "moved" }]);
  await symlink("moved", join(root, ".store"));
}
