import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import type { FileSystem } from "@baba/core";
import { denoFileSystem } from "./index.ts";

type Sync = "sync" | "syncData";
const { openSync } = Deno;
const { sync, syncData } = Deno.FsFile.prototype;

/**
 * Registers a test that gets the log of what was synced, and may have syncs and the opening of folders fail.
 */
function recorded(
  name: string,
  work: (files: FileSystem, system: System, root: string) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeResources: true,
    async fn() {
      const holder = await Deno.makeTempDir({ prefix: "baba-" });
      const system: System = { log: [], failure: undefined, closed: undefined };
      watch(system);
      try {
        await work(denoFileSystem(`${holder}/above/root`), system, `${holder}/above/root`);
      } finally {
        Object.assign(Deno, { openSync });
        Object.assign(Deno.FsFile.prototype, { sync, syncData });
        await Deno.remove(holder, { recursive: true });
      }
    },
  });
}

type System = {
  readonly log: string[];
  failure: Error | undefined;
  closed: [path: string, error: Error] | undefined;
};

function watch(system: System): void {
  const paths = new WeakMap<Deno.FsFile, string>();
  Deno.openSync = (path, options) => {
    if (path === system.closed?.[0]) throw system.closed[1];
    const file = openSync(path, options);
    paths.set(file, String(path));
    return file;
  };
  const logged = (kind: Sync, real: () => Promise<void>) =>
    async function (this: Deno.FsFile) {
      system.log.push(`${kind} ${basename(paths.get(this) ?? "")}`);
      if (system.failure !== undefined) throw system.failure;
      await real.call(this);
    };
  Object.assign(Deno.FsFile.prototype, {
    sync: logged("sync", sync),
    syncData: logged("syncData", syncData),
  });
}

/** What was synced since it was last asked. */
const since = ({ log }: System): string[] => log.splice(0).sort();
const failure = (code: string): Error => Object.assign(new Error(code), { code });
const a = { path: "a", bytes: new Uint8Array([1]) };

recorded(
  "sync() and syncFolders() sync each, and with the root the folder above it",
  async (files, system) => {
    await files.makeFolder("folder");
    await files.create([a, { ...a, path: "b" }]);
    since(system);
    await files.sync(["a", "absent", "b"]);
    assert.deepEqual(since(system), ["syncData a", "syncData b"]);
    await files.syncFolders(["folder", "absent"]);
    assert.deepEqual(since(system), ["sync folder"]);
    await files.syncFolders(["."]);
    assert.deepEqual(since(system), ["sync above", "sync root"]);
  },
);

recorded(
  "makeFolder() syncs the folders above the root that hold what it made",
  async (files, system, root) => {
    await files.makeFolder("folder");
    assert.deepEqual(since(system), [`sync ${basename(dirname(dirname(root)))}`, "sync above"].sort());
    await files.makeFolder("other");
    assert.deepEqual(since(system), []);
  },
);

recorded(
  "makeFolder() syncs the other folders above the root if one cannot be opened, and fails if their sync does",
  async (files, system, root) => {
    system.closed = [dirname(dirname(root)), failure("EACCES")];
    system.failure = failure("EIO");
    await assert.rejects(files.makeFolder("folder"), { code: "EIO" });
    assert.deepEqual(since(system), ["sync above"]);
  },
);

recorded(
  "sync() and syncFolders() fail if a sync does, except for folders that cannot be synced at all",
  async (files, system) => {
    await files.makeFolder(".");
    await files.create([a]);
    for (const code of ["EIO", "ENOSPC", "EINVAL"]) {
      system.failure = failure(code);
      await assert.rejects(files.sync(["a"]), { code });
      if (code === "EINVAL") await files.syncFolders(["."]);
      else await assert.rejects(files.syncFolders(["."]), { code });
    }
  },
);

recorded(
  "syncFolders() does without the folder above the root if it may not open it, and fails for other reasons",
  async (files, system, root) => {
    await files.makeFolder(".");
    for (const code of ["EACCES", "EPERM"]) {
      since(system);
      system.closed = [dirname(root), failure(code)];
      await files.syncFolders(["."]);
      assert.deepEqual(since(system), ["sync root"]);
    }
    system.closed = [dirname(root), failure("EIO")];
    await assert.rejects(files.syncFolders(["."]), { code: "EIO" });
  },
);
