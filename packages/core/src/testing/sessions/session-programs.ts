import { seededRandom } from "../history/generator.ts";
import { withDamage } from "./damage.ts";
import type { SessionSubject } from "./handles.ts";
import { judge } from "./judge.ts";
import { play } from "./player.ts";
import { type Draw, type HandlePlan, type Program, pick, programOf } from "./program.ts";
import { withForce, withUpkeep } from "./upkeep.ts";
import type { Verdict } from "./verdict.ts";

/**
 * A random program over the whole database: sessions of three handles in two processes, interleaved.
 *
 * @param seed the same seed gives the same program
 * @param steps how many calls, callbacks included
 * @example
 * ```ts
 * import { sessionProgram } from "@baba/core/testing";
 * console.log(sessionProgram(1, 20).handles.length); // 3
 * ```
 */
export function sessionProgram(seed: number, steps: number): Program {
  const random = seededRandom(seed);
  const number = () => belowOf(random, 2 ** 16);
  const draw = (): Draw => [number(), number(), number(), number(), number()];
  return programOf(draw(), Array.from({ length: steps }, draw));
}

/** The program of the same seed and number of steps, with work on the whole store in between. */
export function tendedProgram(seed: number, steps: number): Program {
  const random = seededRandom(seed);
  return withUpkeep(sessionProgram(seed, steps), (end) => belowOf(random, end));
}

/** The program of the same seed and number of steps, in the middle of which somebody removes the write lock. */
export function forcedProgram(seed: number, steps: number): Program {
  const random = seededRandom(seed);
  return withForce(sessionProgram(seed, steps), (end) => belowOf(random, end));
}

/** A program of one of the kinds above, in turn, half of whose databases promise less of what a power cut leaves. */
export function cutProgram(seed: number, steps: number): Program {
  const kinds = [sessionProgram, tendedProgram, sessionProgram, forcedProgram];
  const program = pick(kinds, Math.floor(seed / 3))(seed, steps);
  const random = seededRandom(seed);
  const relaxed = (plan: HandlePlan): HandlePlan =>
    random() < 0.5 ? plan : { ...plan, settle: "background", durability: "relaxed" };
  return { ...program, handles: program.handles.map(relaxed) };
}

/**
 * The program of the same seed and number of steps, in some stores with upkeep in between, with records that are
 * damaged in the middle. (Where that happens in a plain one, it cannot be sealed.)
 *
 * @example
 * ```ts
 * import { damagedProgram } from "@baba/core/testing";
 * console.log(damagedProgram(1, 20).steps.some(({ kind }) => kind === "damage")); // true
 * ```
 */
export function damagedProgram(seed: number, steps: number): Program {
  const random = seededRandom(seed);
  const tended = tendedProgram(seed, steps);
  const program = tended.protection === "passphrase" && random() < 0.4 ? tended : sessionProgram(seed, steps);
  return withDamage(program, (end) => belowOf(random, end));
}

function belowOf(random: () => number, end: number): number {
  return Math.floor(random() * end);
}

/**
 * Plays a program on an empty folder, and compares each call with a reference of plain maps: every read with
 * what it may give, every commit with whether it may stand, and in the end what all folders hold.
 *
 * @throws an error that names every call that was wrong
 * @example
 * ```ts
 * import { assemble } from "@baba/core";
 * import { checkSessions, memoryRuntime, sessionProgram } from "@baba/core/testing";
 *
 * const runtime = memoryRuntime();
 * const processes = [assemble(runtime), assemble(runtime), assemble(runtime)];
 * const { calls } = await checkSessions(sessionProgram(1, 20), {
 *   directory: ".",
 *   context: (process) => processes[process] ?? assemble(runtime),
 * });
 * console.log(calls > 20); // true
 * ```
 */
export async function checkSessions(program: Program, subject: SessionSubject): Promise<Verdict> {
  const verdict = judge(await play(program, subject));
  const { violations } = verdict;
  if (violations.length > 0)
    throw new Error(`${violations.length} calls were wrong\n${violations.join("\n")}`);
  return verdict;
}
