import { describe, expect, test } from "vitest";
import type { FileSystem } from "../../file-system/file-system.ts";
import { enumerateCrashes } from "./enumerate.ts";
import { injectFaults } from "./faults.ts";
import type { Check, Workload } from "./workload.ts";

/** Puts version `n` of a value into a folder, in one way or another. */
type Put = (files: FileSystem, n: number) => Promise<void>;

const VERSIONS = 3;

/** The correct way: a new file, its bytes synced, renamed over the old one, and the folder synced. */
const replace: Put = async (files, n) => {
  await files.remove(["tmp"]);
  await files.create([{ path: "tmp", bytes: version(n) }]);
  await files.sync(["tmp"]);
  await files.rename([{ from: "tmp", to: "value" }]);
  await files.syncFolders(["."]);
};

const wrongReplacements: Readonly<Record<string, Put>> = {
  "renames without a sync of the file": async (files, n) => {
    await files.remove(["tmp"]);
    await files.create([{ path: "tmp", bytes: version(n) }]);
    await files.rename([{ from: "tmp", to: "value" }]);
    await files.syncFolders(["."]);
  },
  "renames without a sync of the folder": async (files, n) => {
    await files.remove(["tmp"]);
    await files.create([{ path: "tmp", bytes: version(n) }]);
    await files.sync(["tmp"]);
    await files.rename([{ from: "tmp", to: "value" }]);
  },
  "syncs only after the rename": async (files, n) => {
    await files.remove(["tmp"]);
    await files.create([{ path: "tmp", bytes: version(n) }]);
    await files.rename([{ from: "tmp", to: "value" }]);
    await files.sync(["value"]);
    await files.syncFolders(["."]);
  },
  "removes the old file first": async (files, n) => {
    await files.create([{ path: "tmp", bytes: version(n) }]);
    await files.sync(["tmp"]);
    await files.remove(["value"]);
    await files.rename([{ from: "tmp", to: "value" }]);
    await files.syncFolders(["."]);
  },
  "overwrites in place": async (files, n) => {
    if (n === 1) return replace(files, n);
    await files.write("value", 0, version(n));
    await files.sync(["value"]);
  },
};

const checkValue: Check = async (files, acknowledged, started) => {
  const [bytes] = await files.read(["value"]);
  if (bytes instanceof Error) throw bytes;
  const found = bytes === undefined ? 0 : (bytes[0] ?? -1);
  const whole = bytes === undefined || bytes.toString() === version(found).toString();
  if (!whole || found < acknowledged || found > started) throw new Error(`found ${found}, whole: ${whole}`);
};

describe("enumerateCrashes()", () => {
  test("finds nothing wrong with a value that is replaced atomically", async () => {
    const report = await enumerateCrashes({ workload: puts(replace), check: checkValue });
    expect(report).toMatchObject({ violations: [], violated: 0, complete: true });
    expect(report.visited).toBeGreaterThan(1500);
    expect(report.distinct).toBeGreaterThan(500);
  });

  test("finds nothing wrong with the same value if renames persist in halves", async () => {
    const report = await enumerateCrashes({ workload: puts(replace), check: checkValue, splitRenames: true });
    expect(report).toMatchObject({ violations: [], complete: true });
  });

  test.each(Object.entries(wrongReplacements))("finds out a value that %s", async (_name, put) => {
    const report = await enumerateCrashes({ workload: puts(put), check: checkValue });
    expect(report.violated).toBeGreaterThan(0);
  });

  test("finds a log whose entries have no checksum, and nothing wrong with one whose entries have", async () => {
    const bare = await enumerateCrashes({ workload: appends(false), check: checkLog(false) });
    const sealed = await enumerateCrashes({ workload: appends(true), check: checkLog(true) });
    expect(bare.violated).toBeGreaterThan(0);
    expect(sealed).toMatchObject({ violations: [], violated: 0 });
    expect(sealed.visited).toBeGreaterThan(100);
  });

  test("finds out a recovery that is not safe against a crash of its own", async () => {
    // The recovery moves an old value away before it puts a new one in place.
    const check: Check = async (files, acknowledged, started) => {
      const [saved] = await files.read(["saved"]);
      if (saved === undefined) await files.rename([{ from: "value", to: "saved" }]).catch(() => {});
      await files.syncFolders(["."]);
      const [bytes] = await files.read(["saved"]);
      if (bytes === undefined && acknowledged > 0) throw new Error("lost");
      await files.remove(["saved"]);
      if (bytes instanceof Uint8Array) await files.create([{ path: "value", bytes }]).catch(() => {});
      await checkValue(files, acknowledged, started);
    };
    const options = { workload: puts(replace), check };
    expect((await enumerateCrashes(options)).violated).toBe(0);
    const report = await enumerateCrashes({ ...options, second: { oneIn: 4, limit: 10 } });
    expect(report.violated).toBeGreaterThan(0);
    expect(report.violations[0]?.at.second).toBeDefined();
  });

  test("finds out a recovery that tells a milestone and can still lose it", async () => {
    // The recovery finishes a prepared replacement, with or without a sync.
    const recovery = (syncs: boolean): Check => {
      return async (files, acknowledged, started) => {
        await checkValue(files, acknowledged, started);
        const [value, next] = await files.read(["value", "tmp"]);
        const found = versionOf(value);
        if (versionOf(next) !== found + 1) return found;
        await files.rename([{ from: "tmp", to: "value" }]);
        if (syncs) await files.syncFolders(["."]);
        return found + 1;
      };
    };
    const options = { workload: puts(replace), limit: 200 };
    const second = { oneIn: 1, limit: 20 };
    expect((await enumerateCrashes({ ...options, check: recovery(false) })).violated).toBe(0);
    expect((await enumerateCrashes({ ...options, check: recovery(true), second })).violated).toBe(0);
    const report = await enumerateCrashes({ ...options, check: recovery(false), second });
    expect(report.violated).toBeGreaterThan(0);
    expect(report.violations[0]?.at.second).toBeDefined();
  });

  test("finds out an acknowledgement that comes too early, with nothing after it", async () => {
    const workload: Workload = async ({ fileSystem, start, acknowledge }) => {
      await fileSystem.makeFolder(".");
      start(1);
      await fileSystem.create([{ path: "value", bytes: version(1) }]);
      await fileSystem.sync(["value"]);
      acknowledge(1);
    };
    const check: Check = async (files, acknowledged) => {
      if (acknowledged === 1 && (await files.kinds(["value"]))[0] === undefined) throw new Error("lost");
    };
    expect((await enumerateCrashes({ workload, check })).violated).toBeGreaterThan(0);
  });

  test("recovers equal states of which the same is promised once, and counts each as visited", async () => {
    const asked = new Map<string, number>();
    const check: Check = async (files, acknowledged, started) => {
      const kinds = await files.kinds([".", "value", "tmp"]);
      const state = `${kinds} ${await files.read(["value", "tmp"])} ${acknowledged} ${started}`;
      asked.set(state, (asked.get(state) ?? 0) + 1);
    };
    const report = await enumerateCrashes({ workload: puts(replace), check });
    expect([...asked].filter(([, times]) => times > 1)).toEqual([]);
    expect(report.checks).toBe(asked.size);
    expect(report.visited).toBeGreaterThan(report.checks);
  });

  test("counts a violation for each state that has it, equal ones too", async () => {
    const check: Check = async () => {
      throw new Error("lost");
    };
    const report = await enumerateCrashes({ workload: puts(replace), check });
    expect(report.violated).toBe(report.visited);
    expect(report.visited).toBeGreaterThan(report.distinct);
  });

  test("reproduces one violation from its report", async () => {
    const workload = puts(wrongReplacements["syncs only after the rename"] ?? replace);
    const [violation] = (await enumerateCrashes({ workload, check: checkValue, seed: 7 })).violations;
    expect(violation?.operations.length).toBeGreaterThan(0);
    expect(violation?.image).toMatch(/value \d+ bytes/);
    const again = await enumerateCrashes({
      workload,
      check: checkValue,
      seed: 7,
      only: violation?.at ?? missing(),
    });
    expect(again.visited).toBe(1);
    expect(again.violations).toEqual([violation]);
  });

  test("gives the same report for the same seed, and stops at its bounds", async () => {
    const options = { workload: puts(replace), check: checkValue, limit: 50, second: true };
    expect(await enumerateCrashes(options)).toEqual(await enumerateCrashes(options));
    const bounded = await enumerateCrashes({ ...options, most: 100 });
    expect(bounded.visited + bounded.secondVisited).toBe(100);
    expect(bounded.complete).toBe(false);
  });
});

describe("injectFaults()", () => {
  test("finds nothing wrong with a value that is replaced atomically", async () => {
    const report = await injectFaults({ workload: puts(replace), check: checkValue });
    expect(report).toMatchObject({ violations: [], violated: 0 });
    expect(report.runs).toBeGreaterThan(100);
    expect(report.checks).toBeGreaterThan(report.runs);
  });

  test("finds out a sync that is tried again after it failed", async () => {
    const retry: Put = async (files, n) => {
      await files.remove(["tmp"]);
      await files.create([{ path: "tmp", bytes: version(n) }]);
      await files.sync(["tmp"]).catch(() => files.sync(["tmp"]));
      await files.rename([{ from: "tmp", to: "value" }]);
      await files.syncFolders(["."]);
    };
    const { violations } = await injectFaults({ workload: puts(retry), check: checkValue });
    expect(violations.map(({ fault, after }) => [fault.kind, fault.lasts, after])).toContainEqual([
      "EIO",
      "once",
      "power cut",
    ]);
  });

  test("finds out an error that is swallowed", async () => {
    const deaf: Put = (files, n) => replace(files, n).catch(() => {});
    const { violations } = await injectFaults({ workload: puts(deaf), check: checkValue });
    expect(violations.some(({ after }) => after === "exit")).toBe(true);
  });

  test("finds out a workload that tries for ever", async () => {
    const workload: Workload = async ({ fileSystem }) => {
      while (
        !(await fileSystem.makeFolder(".").then(
          () => true,
          () => false,
        ))
      );
    };
    const { violations } = await injectFaults({ workload, check: async () => {} });
    expect(violations[0]?.message).toContain("does not end");
    expect(violations.every(({ fault }) => fault.lasts === "always")).toBe(true);
  });

  test("reproduces one violation from its report", async () => {
    const deaf: Put = (files, n) => replace(files, n).catch(() => {});
    const options = { workload: puts(deaf), check: checkValue };
    const [violation] = (await injectFaults(options)).violations;
    const again = await injectFaults({ ...options, only: violation?.fault ?? missing() });
    expect(again.runs).toBe(1);
    expect(again.violated).toBeGreaterThan(0);
  });
});

/** A value that is complete or visibly not. */
function version(n: number): Uint8Array {
  return new Uint8Array(600).fill(n);
}

/** The version of these bytes; 0 if there are none or they are not complete. */
function versionOf(bytes: Uint8Array | Error | undefined): number {
  const n = bytes instanceof Uint8Array ? (bytes[0] ?? 0) : 0;
  return bytes?.toString() === version(n).toString() ? n : 0;
}

function puts(put: Put): Workload {
  return async ({ fileSystem, start, acknowledge }) => {
    await fileSystem.makeFolder(".");
    for (let n = 1; n <= VERSIONS; n++) {
      start(n);
      await put(fileSystem, n);
      acknowledge(n);
    }
  };
}

/** Entries of 40 bytes, the last of which is a sum of the others if there is a checksum. */
function appends(checksum: boolean): Workload {
  return async ({ fileSystem, start, acknowledge }) => {
    await fileSystem.makeFolder(".");
    await fileSystem.create([{ path: "log", bytes: new Uint8Array() }]);
    await fileSystem.syncFolders(["."]);
    for (let n = 1; n <= VERSIONS; n++) {
      const entry = new Uint8Array(40).fill(n);
      if (checksum) entry[39] = (n * 39 + 7) & 255;
      start(n);
      await fileSystem.write("log", (n - 1) * 40, entry);
      await fileSystem.sync(["log"]);
      acknowledge(n);
    }
  };
}

function checkLog(checksum: boolean): Check {
  return async (files, acknowledged, started) => {
    const [log] = await files.read(["log"]);
    let found = 0;
    for (; log instanceof Uint8Array && log.length >= (found + 1) * 40; found++) {
      const entry = log.subarray(found * 40, (found + 1) * 40);
      const sum = entry.subarray(0, 39).reduce((total, byte) => total + byte, 7);
      if (checksum && entry[39] !== (sum & 255)) break;
      if (entry[0] !== found + 1) throw new Error(`entry ${found} is ${entry[0]}`);
    }
    if (found < acknowledged || found > started) throw new Error(`found ${found}`);
  };
}

function missing(): never {
  throw new Error("there is no violation");
}
