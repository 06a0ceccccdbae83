import { loadAge } from "../../crypto/age.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { assemble, type DatabaseContext } from "../../session/database/assemble.ts";
import type { Database } from "../../session/database/database.ts";
import { World, type WorldOptions } from "../simulation/scheduler.ts";
import type { Item } from "./items.ts";
import type { Verdict } from "./judge.ts";
import type { Program } from "./program.ts";
import { checkSessions, forcedProgram, sessionProgram, tendedProgram } from "./session-programs.ts";

type Db = Database<typeof Item>;

export type WorldPlan = {
  /** Puts something in the place of each database. */
  readonly changed?: (db: Db) => Db;
  /** Makes what the databases of a process are built on; `assemble` by default. */
  readonly assembled?: typeof assemble;
  /** Processes are killed or paused. */
  readonly disturbances?: Pick<WorldOptions, "pauses" | "deaths">;
  /** What befalls the disk when a process was killed. */
  readonly damage?: (files: FileSystem) => Promise<void>;
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
  }: WorldPlan = {},
): Promise<Verdict> {
  // A world waits for nothing real.
  await loadAge();
  const world = new World(seed, disturbances);
  const { pauses } = disturbances;
  let died = (_process: number): void => undefined;
  const contexts = new Map<number, DatabaseContext>();
  const [ready, ended] = [signal(), signal()];
  const checked = ready.given.then(() =>
    checkSessions(program, {
      directory: ".",
      context: (process) => contextOf(contexts, process),
      changed,
      hasPauses: pauses !== undefined,
      watchDeaths: (listener) => {
        died = listener;
      },
    }),
  );
  void checked.catch(() => undefined).then(() => ended.give());
  for (const process of PROCESSES)
    world.spawn(`process ${process}`, async ({ runtime, incarnation, fileSystem }) => {
      if (incarnation > 0) await damage(fileSystem);
      if (contexts.set(process, assembled(runtime)).size === PROCESSES.length) ready.give();
      if (incarnation > 0) died(process);
      return ended.given;
    });
  await world.run();
  return checked;
}

/** What programs have shown together. */
export type SessionTotals = Omit<Verdict, "violations">;

/** What programs do besides: nothing, work on the whole store, or removing the write lock by force. */
export type SessionKind = "ordinary" | "tended" | "forced";

const PROGRAMS: Readonly<Record<SessionKind, (seed: number, steps: number) => Program>> = {
  ordinary: sessionProgram,
  tended: tendedProgram,
  forced: forcedProgram,
};
const STEPS = 100;
const DEATHS: WorldOptions = { deaths: { chance: 0.006, most: 4 } };
const DEATHS_AND_PAUSES: WorldOptions = { ...DEATHS, pauses: { chance: 0.004, most: 4 } };

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
  let totals: SessionTotals = {
    calls: 0,
    commits: 0,
    conflicts: 0,
    spared: 0,
    mixed: 0,
    cutOff: 0,
    tended: 0,
    unheard: 0,
  };
  for (let i = seed; i < seed + programs; i++) {
    const disturbances = [{}, DEATHS, DEATHS_AND_PAUSES][i % 3] ?? {};
    const verdict = await checkInWorld(PROGRAMS[kind](i, STEPS), i, { disturbances }).catch(
      (cause: unknown) => {
        throw new Error(`program ${i}: ${String(cause)}`, { cause });
      },
    );
    totals = added(totals, verdict);
  }
  return totals;
}

function added(a: SessionTotals, b: SessionTotals): SessionTotals {
  return {
    calls: a.calls + b.calls,
    commits: a.commits + b.commits,
    conflicts: a.conflicts + b.conflicts,
    spared: a.spared + b.spared,
    mixed: a.mixed + b.mixed,
    cutOff: a.cutOff + b.cutOff,
    tended: a.tended + b.tended,
    unheard: a.unheard + b.unheard,
  };
}

function contextOf(contexts: ReadonlyMap<number, DatabaseContext>, process: number): DatabaseContext {
  const context = contexts.get(process);
  if (context === undefined) throw new RangeError(`there is no process ${process}`);
  return context;
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
