import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE, type EngineName } from "../engines/catalogue.ts";
import { median } from "../report/statistics.ts";
import type { Effort, Figures } from "../trial/task.ts";
import { WORKLOADS, type WorkloadName } from "../workloads/index.ts";
import { runTrial } from "./child.ts";
import { limitOf, type Stage } from "./plan.ts";
import { isSame, type Key, type Results, valuesOf, withFigures, withReason } from "./results.ts";

/** One engine with one number of records in one round: fills its store and runs all workloads on it. */
export type Sitting = {
  readonly engine: EngineName;
  readonly stage: Stage;
  readonly round: number;
  readonly workloads: readonly WorkloadName[];
  readonly folder: string;
  readonly effort: Effort;
  /** Whether to measure only how long the event loop is blocked. */
  readonly watched: boolean;
};

/** The workload that fills the store for the others. */
const FILLING: WorkloadName = "bulk";
/** With fewer records, a process spends most of its time starting. */
const TELLING = 1000;
/** The time that a process takes to start, in milliseconds. */
const START = 1000;

/** Adds this sitting's results; `line` summarises them. */
export async function sit(results: Results, sitting: Sitting): Promise<{ results: Results; line: string }> {
  const words: string[] = [];
  let current = results;
  for (const workload of workloadsOf(sitting)) {
    const key: Key = { workload, engine: sitting.engine, records: sitting.stage.records };
    const obstacle = obstacleTo(current, key, limitOf(sitting.stage, workload));
    if (obstacle === undefined) {
      const found = await tried(sitting, workload);
      words.push(`${workload} ${typeof found === "string" ? "left out" : mainFigure(found)}`);
      current = added(current, key, found, sitting);
    } else current = withReason(current, key, obstacle);
    // Without a store nothing else can be measured.
    if (workload === FILLING && isLeftOut(current, key)) break;
  }
  return { results: current, line: words.join(", ") };
}

function workloadsOf({ engine, workloads }: Sitting): WorkloadName[] {
  const { only } = CATALOGUE[engine];
  const all = Object.keys(WORKLOADS) as WorkloadName[]; // Object.keys() loses the type.
  const wanted = all.filter((name) => workloads.includes(name) && (only?.includes(name) ?? true));
  return wanted.length === 0 || wanted.includes(FILLING) ? wanted : [FILLING, ...wanted];
}

async function tried(
  { engine, stage, folder, effort, watched }: Sitting,
  workload: WorkloadName,
): Promise<Figures | string> {
  const start = performance.now();
  try {
    const task = { workload, engine, records: stage.records, folder, effort, watched };
    const figures = await runTrial(task, limitOf(stage, workload));
    return watched ? figures : { ...figures, process: performance.now() - start };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function added(
  results: Results,
  key: Key,
  found: Figures | string,
  { workloads, folder, round, watched }: Sitting,
): Results {
  if (typeof found === "string") return withReason(results, key, found);
  // Do not report a workload that was only run to fill the store.
  if (!workloads.some((name) => name === key.workload)) return results;
  const next = withFigures(results, key, round, found);
  if (key.workload !== FILLING || watched) return next;
  return withFigures(next, { ...key, workload: "disk" }, round, usage(join(folder, "store")));
}

/** Why a cell cannot be measured or would take too long. */
export function obstacleTo(results: Results, key: Key, limit: number): string | undefined {
  const known = results.leftOut.find((one) => isSame(one, key));
  if (known !== undefined) return known.reason;
  const smaller = results.cells
    .filter((cell) => cell.workload === key.workload && cell.engine === key.engine)
    .map((cell) => cell.records)
    .filter((records) => records < key.records && records >= TELLING);
  if (smaller.length === 0) return undefined;
  const records = Math.max(...smaller);
  const measured = valuesOf(results, { ...key, records }, "process").filter((value) => value !== null);
  const expected = START + ((median(measured) - START) * key.records) / records;
  if (!(expected > limit)) return undefined;
  return `its process would take about ${Math.round(expected / 1000)} s, judged by ${records.toLocaleString("en-US")} records`;
}

function isLeftOut(results: Results, key: Key): boolean {
  return results.leftOut.some((one) => isSame(one, key));
}

/** The sum of file sizes, the bytes in blocks, and the number of files. */
function usage(folder: string): Figures {
  let [bytes, blocks, files] = [0, 0, 0];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const found = lstatSync(join(entry.parentPath, entry.name));
    blocks += found.blocks * 512;
    if (entry.isFile()) [bytes, files] = [bytes + found.size, files + 1];
  }
  return { bytes, blocks, files };
}

function mainFigure(figures: Figures): string {
  const [value = Number.NaN] = Object.values(figures);
  return value.toPrecision(3);
}
