import { loadAge } from "../../crypto/age.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { assemble } from "../../session/database/assemble.ts";
import type { Database } from "../../session/database/database.ts";
import { simulatedFileSystem } from "../simulation/file-system.ts";
import { World, type WorldOptions } from "../simulation/scheduler.ts";
import { Boots } from "./boots.ts";
import type { Item } from "./items.ts";
import type { Program } from "./program.ts";
import {
  checkSessions,
  cutProgram,
  damagedProgram,
  forcedProgram,
  sessionProgram,
  tendedProgram,
} from "./session-programs.ts";
import { added, NOTHING, type SessionTotals, type Verdict } from "./verdict.ts";

type Db = Database<typeof Item>;

export type WorldPlan = {
  /** Puts something in the place of each database. */
  readonly changed?: (db: Db) => Db;
  /** Makes what the databases of a process are built on; `assemble` by default. */
  readonly assembled?: typeof assemble;
  /** Processes are killed or paused, or the power is cut. */
  readonly disturbances?: Pick<WorldOptions, "pauses" | "deaths" | "reboots">;
  /** What befalls the disk when a process was killed. */
  readonly damage?: (files: FileSystem) => Promise<void>;
  /** What befalls the disk when the power was cut, besides. */
  readonly loss?: (files: FileSystem) => Promise<void>;
};

/** The two processes of a program, and the one that looks at what they have left. */
const PROCESSES = [0, 1, 9];

/**
 * Plays a program in a simulated world of three processes, whose steps are interleaved as the seed says.
 */
export async function checkInWorld(
  program: Program,
  seed: number,
  {
    changed = (db) => db,
    assembled = assemble,
    disturbances = {},
    damage = async () => undefined,
    loss = async () => undefined,
  }: WorldPlan = {},
): Promise<Verdict> {
  // A world waits for nothing real.
  await loadAge();
  const world = new World(seed, disturbances);
  const { pauses } = disturbances;
  const boots = new Boots(PROCESSES.length);
  const [ready, ended] = [signal(), signal()];
  const checked = ready.given.then(() =>
    checkSessions(program, {
      directory: ".",
      context: (process) => boots.context(process),
      changed,
      hasPauses: pauses !== undefined,
      files: () => simulatedFileSystem(world.disk),
      watchEnds: (ends) => {
        boots.ends = ends;
      },
    }),
  );
  void checked.catch(() => undefined).then(() => ended.give());
  for (const process of PROCESSES)
    world.spawn(`process ${process}`, async ({ runtime, incarnation, fileSystem }) => {
      const isFirst = boots.isFirst(world.machine.boot);
      if (incarnation > 0) await (isFirst ? loss : damage)(fileSystem);
      if (boots.begin(process, assembled(runtime))) ready.give();
      return ended.given;
    });
  await world.run();
  return checked;
}

/**
 * What programs do besides: nothing, work on the whole store, removing the write lock by force, or
 * any of these while the power is cut. */
export type SessionKind = "ordinary" | "tended" | "forced" | "cut" | "damaged";

const PROGRAMS: Readonly<Record<SessionKind, (seed: number, steps: number) => Program>> = {
  ordinary: sessionProgram,
  tended: tendedProgram,
  forced: forcedProgram,
  cut: cutProgram,
  damaged: damagedProgram,
};
const STEPS = 100;
const DEATHS: WorldOptions = { deaths: { chance: 0.006, most: 4 } };
const DEATHS_AND_PAUSES: WorldOptions = { ...DEATHS, pauses: { chance: 0.004, most: 4 } };
const CUTS: WorldOptions = { reboots: { chance: 0.003, most: 3 } };

/**
 * Plays random programs, one for each seed: in turn undisturbed, with processes that are killed, and with some
 * that are paused too.
 *
 * @throws {Error} at the first program that shows something wrong
 * @example
 * ```ts
 * import { runSessions } from "@baba/core/testing";
 * const { calls } = await runSessions(1, 42);
 * console.log(calls > 0); // true
 * ```
 */
export async function runSessions(
  programs: number,
  seed: number,
  kind: SessionKind = "ordinary",
): Promise<SessionTotals> {
  let totals = NOTHING;
  for (let i = seed; i < seed + programs; i++) {
    const ends = [{}, DEATHS, DEATHS_AND_PAUSES][i % 3] ?? {};
    const disturbances = kind === "cut" ? { ...ends, ...CUTS } : ends;
    const verdict = await checkInWorld(PROGRAMS[kind](i, STEPS), i, { disturbances }).catch(
      (cause: unknown) => {
        throw new Error(`program ${i}: ${String(cause)}`, { cause });
      },
    );
    totals = added(totals, verdict);
  }
  return totals;
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
