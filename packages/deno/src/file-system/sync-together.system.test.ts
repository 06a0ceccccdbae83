import assert from "node:assert/strict";
import { denoFileSystem } from "./index.ts";

const MANY = Array.from({ length: 300 }, (_, i) => `file-${i}`);

/**
 * Runs work on many new files, where `sync` is a program that logs its arguments and does what the script
 * says.
 */
async function withProgram(
  script: string,
  work: (sync: () => Promise<void>, calls: () => string[], root: string) => Promise<void>,
  version = "sync (GNU coreutils) 9.1",
): Promise<void> {
  // Part of what a program says that cannot do it: a failure's message must not be mistaken for that.
  const holder = await Deno.makeTempDir({ prefix: "usage-" });
  const [root, calls, path] = [`${holder}/root`, `${holder}/calls`, Deno.env.get("PATH") ?? ""];
  try {
    await Deno.writeTextFile(calls, "");
    const lines = [
      "#!/bin/sh",
      `test "$1" = --version && exec echo "${version}"`,
      `echo "$* in $PWD" >> ${calls}`,
      script,
    ];
    await Deno.writeTextFile(`${holder}/sync`, `${lines.join("\n")}\n`, { mode: 0o755 });
    Deno.env.set("PATH", `${holder}:${path}`);
    const files = denoFileSystem(root);
    await files.makeFolder(".");
    await files.create(MANY.map((name) => ({ path: name, bytes: new Uint8Array([1]) })));
    await work(
      () => files.sync([...MANY, "absent"]),
      () => Deno.readTextFileSync(calls).split("\n").filter(Boolean),
      root,
    );
    await files.close();
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(holder, { recursive: true });
  }
}

Deno.test("sync() of many files is one sync of their file system, and of no single file", async () => {
  await withProgram("exit 0", async (sync, calls, root) => {
    assert.equal(await syncedBy(sync), 0);
    assert.deepEqual(calls(), [`-f . in ${root}`]);
  });
});

Deno.test("sync() of few files starts no program", async () => {
  await withProgram("exit 0", async (_, calls, root) => {
    const few = () => denoFileSystem(root).sync(MANY.slice(0, 255));
    assert.equal(await syncedBy(few), 255);
    assert.deepEqual(calls(), []);
  });
});

Deno.test("sync() of many files fails if that of their file system fails", async () => {
  const said = [
    ["sync: error syncing '$2': Input/output error", "EIO"],
    ["sync: error syncing '$2': No space left on device", "ENOSPC"],
  ] as const;
  for (const [words, code] of said) {
    await withProgram(`echo "${words}" >&2; exit 1`, async (sync) => {
      await assert.rejects(sync(), { code });
    });
  }
});

Deno.test("sync() of many files syncs each if the program cannot sync a file system", async () => {
  await withProgram("echo 'sync: invalid option -- f' >&2; exit 1", async (sync, calls) => {
    assert.equal(await syncedBy(sync), MANY.length);
    assert.equal(calls().length, 1);
  });
});

Deno.test("sync() of many files syncs each if the program would not tell of a failure", async () => {
  await withProgram(
    "exit 0",
    async (sync, calls) => {
      assert.equal(await syncedBy(sync), MANY.length);
      assert.deepEqual(calls(), []);
    },
    "sync (uutils coreutils) 0.2.2",
  );
});

Deno.test("sync() of many files throws nothing if not even their root exists", async () => {
  await withProgram("exit 0", async (sync, calls, root) => {
    await Deno.remove(root, { recursive: true });
    await sync();
    assert.deepEqual(calls(), []);
  });
});

Deno.test("sync() of many files syncs each if the program cannot be started", async () => {
  await withProgram("exit 0", async (sync, calls) => {
    const programs = Deno.env.get("PATH") ?? "";
    Deno.env.set("PATH", "/nowhere");
    try {
      assert.equal(await syncedBy(sync), MANY.length);
    } finally {
      Deno.env.set("PATH", programs);
    }
    assert.deepEqual(calls(), []);
  });
});

Deno.test("sync() of many files syncs each if Linux would not tell of a failure", async () => {
  const { osRelease } = Deno;
  await withProgram("exit 0", async (sync, calls) => {
    Deno.osRelease = () => "5.4.0-42-generic";
    try {
      assert.equal(await syncedBy(sync), MANY.length);
    } finally {
      Deno.osRelease = osRelease;
    }
    assert.deepEqual(calls(), []);
  });
});

Deno.test("sync() of many files syncs each if the process may not ask what the file system is", async () => {
  const { permissions } = Deno;
  await withProgram("exit 0", async (sync, calls) => {
    for (const withheld of ["osRelease", "statfs"]) {
      const querySync = (asked: Deno.PermissionDescriptor) =>
        "kind" in asked && asked.kind === withheld ? { state: "prompt" } : permissions.querySync(asked);
      Object.defineProperty(Deno, "permissions", { value: { querySync }, configurable: true });
      try {
        assert.equal(await syncedBy(sync), MANY.length, withheld);
      } finally {
        Object.defineProperty(Deno, "permissions", { value: permissions, configurable: true });
      }
    }
    assert.deepEqual(calls(), []);
  });
});

Deno.test("sync() of many files syncs each if one is on another device than the root", async () => {
  const { lstatSync } = Deno;
  await withProgram("exit 0", async (sync, calls) => {
    Deno.lstatSync = (path) => {
      const seen = lstatSync(path);
      return String(path).endsWith("/file-5") ? { ...seen, dev: seen.dev + 1 } : seen;
    };
    try {
      assert.equal(await syncedBy(sync), MANY.length);
    } finally {
      Deno.lstatSync = lstatSync;
    }
    assert.deepEqual(calls(), []);
  });
});

/** How many files are synced by themselves. */
async function syncedBy(sync: () => Promise<void>): Promise<number> {
  const { syncData } = Deno.FsFile.prototype;
  let count = 0;
  Deno.FsFile.prototype.syncData = function () {
    count += 1;
    return syncData.call(this);
  };
  try {
    await sync();
  } finally {
    Deno.FsFile.prototype.syncData = syncData;
  }
  return count;
}
