import { expect, test } from "vitest";
import { faulty } from "./session-faults.fixture.ts";
import { forcedProgram, tendedProgram } from "./session-programs.ts";
import { checkInWorld, type WorldPlan } from "./session-world.ts";
import { FORCE_FAULTS, faultyStores, STORE_FAULTS, UPKEEP_FAULTS } from "./upkeep-faults.fixture.ts";

const seed = Date.now() % 2 ** 31;
console.log(`upkeep.test.ts: seed ${seed}`);

const STEPS = 60;
const PROGRAMS = 2;
const LONG = 100;
const REVEALING = [4, 6, 9, 13, 16, 19, ...Array.from({ length: 30 }, (_, more) => 20 + more)];
/** Programs in which a commit is met by `forceUnlock()`. */
const FORCED = [9, 48, 55];
const MET = 79;
const disturbances = { deaths: { chance: 0.006, most: 4 }, pauses: { chance: 0.004, most: 4 } };

test("sessions agree with plain maps while the store is verified, sealed, and sealed anew, also by processes that are killed", async () => {
  const seen = { tended: 0, commits: 0 };
  for (let i = seed; i < seed + PROGRAMS; i++) {
    const plan = i % 2 === 0 ? {} : { disturbances };
    const { tended, commits } = await checkInWorld(tendedProgram(i, STEPS), i, plan);
    seen.tended += tended;
    seen.commits += commits;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});

test("sessions agree with plain maps while forceUnlock() removes the write lock: a commit that it meets is whole or absent", async () => {
  const { unheard } = await checkInWorld(forcedProgram(MET, STEPS), MET);
  expect(unheard).toBeGreaterThan(0);
  for (let i = seed; i < seed + PROGRAMS; i++) {
    const plan = i % 2 === 0 ? {} : { disturbances };
    await checkInWorld(forcedProgram(i, STEPS), i, plan);
  }
});

test.each(Object.entries(FORCE_FAULTS))("checkSessions() finds that %s", async (_name, fault) => {
  const plan: WorldPlan = {
    changed: (db) => faulty(db, fault),
    disturbances: { pauses: { chance: 0.01, most: 8 } },
  };
  const forced = async () => {
    for (const i of FORCED) await checkInWorld(forcedProgram(i, LONG), i, plan);
  };
  await expect(forced()).rejects.toThrow("calls were wrong");
});

test.each(Object.entries(STORE_FAULTS))("checkSessions() finds that %s", async (_name, fault) => {
  await expect(check({ assembled: faultyStores(fault) })).rejects.toThrow("calls were wrong");
});

test.each(Object.entries(UPKEEP_FAULTS))("checkSessions() finds that %s", async (_name, changed) => {
  await expect(check({ changed })).rejects.toThrow("calls were wrong");
});

/** Until a program shows something wrong. */
async function check(plan: WorldPlan): Promise<void> {
  for (const i of REVEALING) await checkInWorld(tendedProgram(i, LONG), i, plan);
}
