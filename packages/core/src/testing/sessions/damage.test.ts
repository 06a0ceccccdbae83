import { expect, test } from "vitest";
import { DAMAGE_FAULTS } from "./damage-faults.fixture.ts";
import { damagedProgram } from "./session-programs.ts";
import { checkInWorld } from "./session-world.ts";
import { added, NOTHING } from "./verdict.ts";

const seed = Date.now() % 2 ** 31;
console.log(`damage.test.ts: seed ${seed}`);

const STEPS = 60;
const PROGRAMS = 4;
/** A program in which certainly a damaged record is left out. */
const SKIPPING = 1;
const LONG = 100;
const REVEALING = Array.from({ length: 60 }, (_, i) => 1 + i);
const disturbances = { deaths: { chance: 0.006, most: 4 }, pauses: { chance: 0.004, most: 4 } };

test("a damaged record is refused by all that read it, left out and told of where that is asked for, and can be replaced and deleted", async () => {
  let seen = NOTHING;
  for (const i of [SKIPPING, ...Array.from({ length: PROGRAMS }, (_, more) => seed + more)]) {
    const plan = i === SKIPPING || i % 2 === 0 ? {} : { disturbances };
    seen = added(seen, await checkInWorld(damagedProgram(i, STEPS), i, plan));
  }
  expect(seen.damaged).toBeGreaterThan(0);
  expect(seen.skipped).toBeGreaterThan(0);
});

test.each(Object.entries(DAMAGE_FAULTS))("checkSessions() finds that %s", async (_name, changed) => {
  const damaged = async () => {
    for (const i of REVEALING) await checkInWorld(damagedProgram(i, LONG), i, { changed });
  };
  await expect(damaged()).rejects.toThrow("calls were wrong");
});
