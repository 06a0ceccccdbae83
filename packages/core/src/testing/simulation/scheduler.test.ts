import { expect, test } from "vitest";
import type { FileSystem } from "../../file-system/file-system.ts";
import { type ProcessEnvironment, SimulationError, World, type WorldOptions } from "./scheduler.ts";

const NONE = new Uint8Array();

/** Takes a lock; returns how to release it. */
type Lock = (environment: ProcessEnvironment) => Promise<() => Promise<void>>;

/** Checks whether the lock is free and then takes it: two may check before one takes it. */
const lookThenTake: Lock = async ({ fileSystem, clock }) => {
  while ((await fileSystem.kinds(["lock"]))[0] !== undefined) await clock.sleep(5);
  await fileSystem.create([{ path: "lock", bytes: NONE }]).catch(() => {});
  return () => fileSystem.remove(["lock"]);
};

/** Takes the lock with a link, which only one can create. */
const takeByLink: Lock = async ({ fileSystem, clock, name }) => {
  await fileSystem.create([{ path: `me-${name}`, bytes: NONE }]).catch(() => {});
  while (!(await fileSystem.link(`me-${name}`, "lock"))) await clock.sleep(5);
  return () => fileSystem.remove(["lock"]);
};

/** The same, but treats a lock that was held for long as one of a dead owner. */
const stealByTime: Lock = async (environment) => {
  const { fileSystem, clock, name } = environment;
  await fileSystem.create([{ path: `me-${name}`, bytes: NONE }]).catch(() => {});
  const since = clock.now();
  while (!(await fileSystem.link(`me-${name}`, "lock"))) {
    await clock.sleep(5);
    if (clock.now() - since > 10_000) await fileSystem.remove(["lock"]);
  }
  return () => fileSystem.remove(["lock"]);
};

/** Three processes that each add to a number in a file, under the lock. */
async function count(
  lock: Lock,
  seed: number,
  options: WorldOptions = {},
): Promise<{ total: number; world: World }> {
  const world = new World(seed, options);
  for (const name of ["a", "b", "c"]) {
    world.spawn(name, async (environment) => {
      const { fileSystem } = environment;
      await fileSystem.makeFolder(".");
      await fileSystem.create([{ path: "number", bytes: NONE }]).catch(() => {});
      for (let i = 0; i < 3; i++) {
        const release = await lock(environment);
        await fileSystem.write("number", 0, new Uint8Array([(await numberIn(fileSystem)) + 1]));
        await release();
      }
    });
  }
  await world.run();
  const total = world.disk.file("number", "read").visible.bytes[0] ?? -1;
  return { total, world };
}

test("World finds out a lock that looks and then takes, and not one that links", async () => {
  const totals = async (lock: Lock) => {
    const seeds = Array.from({ length: 60 }, (_, seed) => seed);
    return Promise.all(seeds.map(async (seed) => (await count(lock, seed)).total));
  };
  expect((await totals(lookThenTake)).some((total) => total < 9)).toBe(true);
  expect(new Set(await totals(takeByLink))).toEqual(new Set([9]));
});

test("World finds out a lock that is stolen by time from a paused process", async () => {
  const pauses = { chance: 0.05, most: 4 };
  const totals: number[] = [];
  for (let seed = 0; seed < 60; seed++) totals.push((await count(stealByTime, seed, { pauses })).total);
  expect(totals.some((total) => total < 9)).toBe(true);
});

test("World gives the same trace for the same seed, and another for another", async () => {
  const options = { pauses: { chance: 0.05, most: 3 } };
  const traces = [];
  for (const seed of [5, 5, 6]) traces.push((await count(takeByLink, seed, options)).world.trace);
  expect(traces[0]).toBe(traces[1]);
  expect(traces[0]).not.toBe(traces[2]);
  expect(traces[0]).toContain("b: link me-b -> lock");
});

test("World reports a deadlock with its seed and the last steps", async () => {
  const world = new World(3);
  let other: () => void = () => {};
  world.spawn("a", async ({ fileSystem }) => {
    await fileSystem.makeFolder(".");
    await new Promise<void>((resolve) => {
      other = resolve;
    });
  });
  world.spawn("b", async ({ fileSystem }) => {
    await fileSystem.makeFolder("b");
  });
  await expect(world.run()).rejects.toThrow(/deadlock: a wait[\s\S]*seed 3[\s\S]*a: makeFolder \./);
  other();
});

test("World reports what a body throws, and one that never ends", async () => {
  const failing = new World(1);
  const cause = new Error("wrong");
  failing.spawn("a", () => Promise.reject(cause));
  await expect(failing.run()).rejects.toMatchObject({ name: "SimulationError", cause });
  const endless = new World(1, { mostSteps: 500 });
  endless.spawn("a", async ({ clock }) => {
    while (true) await clock.sleep(1);
  });
  await expect(endless.run()).rejects.toThrow(SimulationError);
});

test("World starts a killed process again, whose former identity is dead", async () => {
  let deaths = 0;
  for (let seed = 0; seed < 30; seed++) {
    const identities: string[] = [];
    const world = new World(seed, { deaths: { chance: 0.1, most: 2 } });
    world.spawn("a", async ({ fileSystem, incarnation }) => {
      for (const former of identities) expect(await fileSystem.lives(former, "owner")).toBe(false);
      const mine = await fileSystem.processIdentity();
      identities.push(mine);
      await fileSystem.makeFolder("a/b/c");
      expect(await fileSystem.lives(mine, "owner")).toBe(true);
      deaths += incarnation;
    });
    await world.run();
  }
  expect(deaths).toBeGreaterThan(5);
});

test("World says of a paused process that it lives, and of an ended one that it does not", async () => {
  let [paused, ended] = [0, 0];
  for (let seed = 0; seed < 30; seed++) {
    let identity: string | undefined;
    let running = true;
    const world = new World(seed, { pauses: { chance: 0.2, most: 2 } });
    world.spawn("a", async ({ fileSystem }) => {
      identity = await fileSystem.processIdentity();
      await fileSystem.makeFolder("a/b/c");
      running = false;
    });
    world.spawn("b", async ({ fileSystem, clock }) => {
      for (let i = 0; i < 20; i++) {
        await clock.sleep(1);
        if (identity === undefined) continue;
        const before = running;
        const lives = await fileSystem.lives(identity, "owner");
        if (running) expect(lives).toBe(true);
        if (!before) expect(lives).toBe(false);
        if (running) paused++;
        else ended++;
      }
    });
    await world.run();
  }
  expect(paused).toBeGreaterThan(20);
  expect(ended).toBeGreaterThan(20);
});

test("World loses at a power cut what was not synced, and nothing that was", async () => {
  const found = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    let synced = false;
    const world = new World(seed, { reboots: { chance: 0.1, most: 1 } });
    world.spawn("a", async ({ fileSystem, incarnation }) => {
      const [bytes] = await fileSystem.read(["a"]);
      const size = bytes instanceof Uint8Array ? bytes.length : -1;
      if (incarnation > 0) {
        found.add(`${size}`);
        if (synced) expect(bytes).toEqual(new Uint8Array(4).fill(1));
        return;
      }
      await fileSystem.makeFolder(".");
      await fileSystem.create([{ path: "a", bytes: new Uint8Array(4).fill(1) }]);
      await fileSystem.sync(["a"]);
      await fileSystem.syncFolders(["."]);
      synced = true;
      for (let i = 0; i < 5; i++) await fileSystem.list(".");
    });
    await world.run();
    if (world.machine.boot === 2) found.add("rebooted");
  }
  expect(found).toContain("rebooted");
  expect(found).toContain("-1");
  expect(found).toContain("4");
});

async function numberIn(fileSystem: FileSystem): Promise<number> {
  const [bytes] = await fileSystem.read(["number"]);
  if (!(bytes instanceof Uint8Array)) throw new Error("no number");
  return bytes[0] ?? 0;
}
