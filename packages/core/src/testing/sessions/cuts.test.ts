import { expect, test } from "vitest";
import { CUT_FAULTS } from "./cut-faults.fixture.ts";
import { cutProgram } from "./session-programs.ts";
import { checkInWorld } from "./session-world.ts";
import { added, NOTHING } from "./verdict.ts";

const seed = Date.now() % 2 ** 31;
console.log(`cuts.test.ts: seed ${seed}`);

const STEPS = 60;
const PROGRAMS = 4;
/** Programs of which a cut takes a commit. */
const LOSSY = [16, 18, 32];
const LONG = 100;
const REVEALING = Array.from({ length: 60 }, (_, i) => 1 + i);
const reboots = { chance: 0.003, most: 3 };
const deaths = { chance: 0.006, most: 4 };

test("after a power cut, sessions see the state of a prefix of the commits, which holds every durable one", async () => {
  let seen = NOTHING;
  for (const i of [...LOSSY, ...Array.from({ length: PROGRAMS }, (_, more) => seed + more)]) {
    const disturbances = LOSSY.includes(i) || i % 2 === 0 ? { reboots } : { reboots, deaths };
    seen = added(seen, await checkInWorld(cutProgram(i, STEPS), i, { disturbances }));
  }
  expect(seen.cuts).toBeGreaterThan(0);
  expect(seen.lost).toBeGreaterThan(0);
});

test.each(Object.entries(CUT_FAULTS))("checkSessions() finds that %s", async (_name, fault) => {
  const cut = async () => {
    for (const i of REVEALING)
      await checkInWorld(cutProgram(i, LONG), i, { disturbances: { reboots }, ...fault() });
  };
  await expect(cut()).rejects.toThrow("calls were wrong");
});
