/**
 * Runs one workload on one engine; the benchmark starts such a process for every figure. Takes a task as JSON
 * in its argument, and prints the figures as JSON in its last line.
 */
import { CATALOGUE } from "../engines/catalogue.ts";
import { WORKLOADS } from "../workloads/index.ts";
import { peakMemory } from "./peak-memory.ts";
import { watched } from "./stalls.ts";
import type { Task } from "./task.ts";
import { Trial } from "./trial.ts";

const task: Task = JSON.parse(process.argv[2] ?? "");
const { load } = CATALOGUE[task.engine];
if (load === undefined) throw new RangeError(`${task.engine} is no engine of this process`);
const trial = new Trial(task, (folder, expected) => load().then((open) => open(folder, expected)));
const work = await WORKLOADS[task.workload].work(trial);
const figures = await (task.watched ? watched(work) : work());
const rss = peakMemory();
await trial.closeAll();
console.log(`\n${JSON.stringify(task.watched ? figures : { ...figures, rss })}`);
// Some peers leave a handle open.
process.exit(0);
