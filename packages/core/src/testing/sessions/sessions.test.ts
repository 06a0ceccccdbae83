import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Draw, programOf } from "./program.ts";
import { FAULTS, faulty, withoutReruns } from "./session-faults.fixture.ts";
import { sessionProgram } from "./session-programs.ts";
import { checkInWorld } from "./session-world.fixture.ts";

const seed = Date.now() % 2 ** 31;
console.log(`sessions.test.ts: fast-check seed ${seed}`);

const PROGRAMS = 30;
/** In how many programs a planted fault has to show. */
const TRIES = 40;
const STEPS = 60;

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
  await fc.assert(fc.asyncProperty(programs, number, agree), { seed, numRuns: PROGRAMS });
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});

test.each(Object.entries(FAULTS))("checkSessions() finds that %s", async (_name, fault) => {
  await expect(check((db) => faulty(db, fault))).rejects.toThrow("calls were wrong");
});

test("checkSessions() finds that a callback is not run again", async () => {
  await expect(check(withoutReruns)).rejects.toThrow("a callback with");
});

/** Until a program shows something wrong. */
async function check(changed: Parameters<typeof checkInWorld>[2]): Promise<void> {
  for (let i = 1; i <= TRIES; i++) await checkInWorld(sessionProgram(i, STEPS), i, changed);
}
