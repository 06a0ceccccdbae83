import { spawnSync } from "node:child_process";
import { CATALOGUE, ENGINE_NAMES, type EngineName } from "../engines/catalogue.ts";
import { machine } from "../machine.ts";
import type { WorkloadName } from "../workloads/index.ts";
import { begun } from "./beginning.ts";
import { endTrials } from "./child.ts";
import type { EnginesHere } from "./engines-here.ts";
import { Ground } from "./ground.ts";
import type { Options } from "./options.ts";
import { inTurn, type Plan, type Stage, stagesOf, WATCHED } from "./plan.ts";
import { NOTHING, type Results } from "./results.ts";
import { sit } from "./sitting.ts";
import { onStop } from "./stopping.ts";

type Turn = {
  readonly stage: Stage;
  readonly round: number;
  readonly engine: EngineName;
  readonly watched: boolean;
};

type Keep = (results: Results) => void;

/**
 * Measures what the options ask for, in turn, and adds it to the known results. `keep` is called with the
 * results after every sitting, so that a run that is stopped loses nothing.
 */
export async function measure(
  plan: Plan,
  options: Options,
  here: EnginesHere,
  known: Results,
  keep: Keep,
): Promise<Results> {
  const ground = new Ground();
  const stopListening = onStop(async () => {
    await endTrials();
    ground.remove();
  });
  try {
    const turns = turnsOf(plan, options, here);
    let results = begun(known, plan, options, here, machine(ground.next(0)));
    const end = Date.now() + options.minutes * 60_000;
    await calmDown(turns.at(0), plan, options, ground);
    for (const [i, turn] of turns.entries()) {
      const name = nameOf(turn, options);
      if (results.finished.includes(name)) continue;
      if (Date.now() > end) {
        console.log(`The time is up after ${i} of ${turns.length} sittings; continue with --resume.`);
        break;
      }
      results = await sitDown(results, turn, plan, options, ground, `${i + 1} of ${turns.length}`);
      results = { ...results, finished: [...results.finished, name] };
      keep(results);
    }
    return results;
  } finally {
    stopListening();
    ground.remove();
  }
}

/** Flushes earlier writes to the disk, and loads what all engines share into memory. */
async function calmDown(
  turn: Turn | undefined,
  { effort }: Plan,
  { quick }: Options,
  ground: Ground,
): Promise<void> {
  if (turn === undefined || quick) return;
  spawnSync("sync", { stdio: "ignore" });
  const folder = ground.next(turn.stage.records);
  await sit(NOTHING, { ...turn, workloads: ["bulk", "all"], folder, effort });
}

async function sitDown(
  results: Results,
  turn: Turn,
  { effort }: Plan,
  options: Options,
  ground: Ground,
  progress: string,
): Promise<Results> {
  const start = Date.now();
  const { stage, round, engine, watched } = turn;
  const folder = ground.next(stage.records);
  const sat = await sit(results, { ...turn, workloads: workloadsOf(turn, options), folder, effort });
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  const pass = `${stage.records} records, round ${round + 1}${watched ? ", watched" : ""}`;
  console.log(`${progress}: ${pass}, ${engine}, ${seconds} s: ${sat.line}`);
  return sat.results;
}

function turnsOf(plan: Plan, options: Options, { missing }: EnginesHere): Turn[] {
  const engines = options.engines.filter((name) => !missing.has(name));
  return stagesOf(plan, options)
    .flatMap((stage) =>
      Array.from({ length: options.rounds ?? stage.rounds }, (_, round) =>
        (stage.watched ? [false, true] : [false]).map((watched) => ({ stage, round, watched })),
      ).flat(),
    )
    .flatMap((pass) => inTurn(engines, pass.round).map((engine) => ({ ...pass, engine })))
    .filter((turn) => workloadsOf(turn, options).length > 0);
}

function workloadsOf({ stage, engine, watched }: Turn, { workloads }: Options): WorkloadName[] {
  const canWatch = CATALOGUE[engine].load !== undefined;
  return workloads.filter(
    (name) => (stage.workloads?.includes(name) ?? true) && (!watched || (canWatch && WATCHED.includes(name))),
  );
}

function nameOf({ stage, round, engine, watched }: Turn, { workloads }: Options): string {
  return `${stage.records} ${round}${watched ? " watched" : ""} ${engine} ${workloads.join(" ")}`;
}

/** The failures that are not a peer's. */
export function ownFailures({ leftOut }: Results): string[] {
  const own = ENGINE_NAMES.filter((name) => CATALOGUE[name].kind !== "peer");
  return leftOut
    .filter(({ engine, records }) => records > 0 && own.some((name) => name === engine))
    .map(({ engine, workload, reason }) => `${engine}, ${workload}: ${reason}`);
}
