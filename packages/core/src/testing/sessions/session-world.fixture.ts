import { assemble, type DatabaseContext } from "../../session/database/assemble.ts";
import type { Database } from "../../session/database/database.ts";
import { World } from "../simulation/scheduler.ts";
import type { Item } from "./items.ts";
import type { Verdict } from "./judge.ts";
import type { Program } from "./program.ts";
import { checkSessions } from "./session-programs.ts";

type Db = Database<typeof Item>;

/** The two processes of a program, and the one that looks at what they have left. */
const PROCESSES = [0, 1, 9];

/**
 * Plays a program in a simulated world of three processes, whose steps are interleaved as the seed says;
 * `changed` may put something in the place of each database.
 */
export async function checkInWorld(
  program: Program,
  seed: number,
  changed: (db: Db) => Db = (db) => db,
): Promise<Verdict> {
  const world = new World(seed);
  const contexts = new Map<number, DatabaseContext>();
  const [ready, ended] = [signal(), signal()];
  const checked = ready.given.then(() =>
    checkSessions(program, { directory: ".", context: (process) => contextOf(contexts, process), changed }),
  );
  void checked.catch(() => undefined).then(() => ended.give());
  for (const process of PROCESSES)
    world.spawn(`process ${process}`, ({ runtime }) => {
      if (contexts.set(process, assemble(runtime)).size === PROCESSES.length) ready.give();
      return ended.given;
    });
  await world.run();
  return checked;
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
