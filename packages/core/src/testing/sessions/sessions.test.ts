import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Draw, type Program, programOf } from "./program.ts";
import { FAULTS, faulty, LOSSES, withoutReruns } from "./session-faults.fixture.ts";
import { sessionProgram } from "./session-programs.ts";
import { checkInWorld, type WorldPlan } from "./session-world.ts";

const seed = Date.now() % 2 ** 31;
console.log(`sessions.test.ts: fast-check seed ${seed}`);

const PROGRAMS = 10;
const STEPS = 60;
/** Programs in some of which a planted fault has to show: first those that show the most. */
const REVEALING = [5, 6, 8, 12, ...Array.from({ length: 36 }, (_, more) => 13 + more)];
const LONG = 100;
/** Programs that certainly meet conflicts, and deaths. */
const WITH_CONFLICTS: [Program, number] = [sessionProgram(5, LONG), 5];
const WITH_DEATHS = 124;
/** Programs whose processes are killed and paused. */
const KILLED = 8;
const deaths = { chance: 0.006, most: 4 };
const disturbances = { deaths, pauses: { chance: 0.004, most: 4 } };

// Small numbers, which fast-check prefers, make all steps alike.
const number = fc.noBias(fc.nat(2 ** 16 - 1));
const draw: fc.Arbitrary<Draw> = fc.tuple(number, number, number, number, number);
const programs = fc
  .tuple(draw, fc.array(draw, { minLength: 1, maxLength: STEPS, size: "max" }))
  .map(([head, draws]) => programOf(head, draws));

test("sessions agree with plain maps and serial commits, in random programs of two processes", async () => {
  const seen = { calls: 0, commits: 0, conflicts: 0 };
  const agree = async (program: ReturnType<typeof programOf>, order: number) => {
    const { calls, commits, conflicts } = await checkInWorld(program, order);
    seen.calls += calls;
    seen.commits += commits;
    seen.conflicts += conflicts;
  };
  await fc.assert(fc.asyncProperty(programs, number, agree), {
    seed,
    numRuns: PROGRAMS,
    examples: [WITH_CONFLICTS],
  });
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});

test("of killed processes, acknowledged commits are there, and others whole or absent, as sessions of random programs see it", async () => {
  const seen = { commits: 0, cutOff: 0 };
  for (const i of [WITH_DEATHS, ...Array.from({ length: KILLED - 1 }, (_, more) => seed + more)]) {
    const { commits, cutOff } = await checkInWorld(sessionProgram(i, STEPS), i, { disturbances });
    seen.commits += commits;
    seen.cutOff += cutOff;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});

test.each(Object.entries(FAULTS))("checkSessions() finds that %s", async (_name, fault) => {
  await expect(check((db) => faulty(db, fault))).rejects.toThrow("calls were wrong");
});

test.each(Object.entries(LOSSES))(
  "checkSessions() finds that killed processes take %s with them",
  async (_name, damage) => {
    const lossy = async () => {
      for (const i of REVEALING)
        await checkInWorld(sessionProgram(i, LONG), i, { disturbances: { deaths }, damage });
    };
    await expect(lossy()).rejects.toThrow("calls were wrong");
  },
);

test("checkSessions() finds that a callback is not run again", async () => {
  await expect(check(withoutReruns)).rejects.toThrow("a callback with");
});

/** Until a program shows something wrong. */
async function check(changed: Required<WorldPlan>["changed"]): Promise<void> {
  for (const i of REVEALING) await checkInWorld(sessionProgram(i, LONG), i, { changed });
}
