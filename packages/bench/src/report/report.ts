import { ENGINE_NAMES } from "../engines/catalogue.ts";
import type { Results } from "../harness/results.ts";
import { leftOutTable } from "./left-out.ts";
import { lossTable } from "./losses.ts";
import { paragraphs } from "./markdown.ts";
import { coldOf, settledOf } from "./measures.ts";
import { type Plot, plots } from "./plots.ts";
import { writePlots, writeSection } from "./publish.ts";
import { summarySection } from "./summary.ts";
import {
  burstTable,
  commitTable,
  countTable,
  diskTable,
  memoryTable,
  monitoredStallTable,
  promiseTable,
  readTable,
  runtimeTable,
  scalingTable,
  sealedTable,
  smallTable,
  stallTable,
} from "./tables.ts";
import { targetTable } from "./targets.ts";
import { mainSize, thousands, View } from "./view.ts";

/** Writes the tables and plots; for a quick run they are made too, but only one table is printed. */
export function writeReport(results: Results, { quick }: { quick: boolean }): void {
  const view = new View(results);
  if (results.cells.length === 0) return;
  const pictures = plots(view);
  const [short, judged, measured] = [
    summarySection(view),
    targetsSection(view),
    enginesSection(view, pictures),
  ];
  if (quick) {
    console.log(`\n${leftOutTable(view)}`);
    return;
  }
  writePlots(pictures);
  writeSection("summary", short);
  writeSection("targets", judged);
  writeSection("engines", measured);
  console.log(`\n${judged}`);
}

function targetsSection(view: View): string {
  return paragraphs("## Targets", targetTable(view));
}

type Figure = (name: string) => string;

function enginesSection(view: View, pictures: readonly Plot[]): string {
  const figure: Figure = (name) =>
    pictures
      .filter((plot) => plot.name === name)
      .map((plot) => `![${plot.title}](plots/${plot.name}.svg)`)
      .join("");
  return paragraphs(
    "## Engines side by side",
    provenance(view),
    `Unless a table says otherwise, a store holds ${thousands(mainSize(view))} records.`,
    ...losses(view),
    ...commits(view, figure),
    ...reads(view, figure),
    ...costs(view, figure),
    "### As the number of records grows",
    ...scaling(view, figure),
    "### Runtimes",
    runtimeTable(view, mainSize(view)),
    "### What each engine promises",
    "*Synced*: whether a commit that is done survives a power cut; *later*: within moments; *content*: the new file is synced, but not the folder in which it takes the old one's name, so that the old one may be back. *Atomic*: what a crash leaves whole or not at all.",
    promiseTable(ENGINE_NAMES),
    "### Left out",
    leftOutTable(view),
  );
}

function losses(view: View): string[] {
  return [
    "### Where others are faster",
    "For each question the fastest other engine that syncs every commit and keeps it whole, and the fastest of all; milliseconds, for get, exists and mixed microseconds. The others have no sessions; a session of BabaDB's looks first for what other processes have committed.",
    lossTable(view, mainSize(view)),
  ];
}

function commits(view: View, figure: Figure): string[] {
  const records = mainSize(view);
  const smaller = [1000, 100].filter((size) => size !== records && view.sizes("bulk").includes(size));
  return [
    `### Commit of ${thousands(records)} records`,
    figure("bulk-commit"),
    commitTable(view, "bulk", records),
    ...smaller.flatMap((size) => [
      `### Commit of ${thousands(size)} records`,
      commitTable(view, "bulk", size),
    ]),
    "### Commits of 1 record",
    figure("single-commit"),
    commitTable(view, "single", records),
    "### 16 commits of 1 record",
    burstTable(view, records),
    "### Update of a tenth",
    figure("update"),
    commitTable(view, "update", records),
    "### Delete of a tenth",
    commitTable(view, "delete", records),
    "### Syncs and bytes of a commit",
    "Counted by a file system around the adapter's that passes every call on, until every record is in place; averaged, so that a new journal segment now and then counts by its share. A sync of 256 files or more is one of the whole file system on Linux, and counted here by its files.",
    countTable(view),
  ];
}

function reads(view: View, figure: Figure): string[] {
  const records = mainSize(view);
  return [
    "### Reading",
    figure("read-all"),
    figure("filter-cold"),
    figure("filter-again"),
    "Milliseconds:",
    readTable(view, records),
    "### Single questions, and opening",
    figure("get"),
    smallTable(view, records),
  ];
}

function costs(view: View, figure: Figure): string[] {
  const records = mainSize(view);
  return [
    "### What encryption costs",
    sealedTable(view, records),
    "### How long the event loop stands still",
    "The longest time, in milliseconds, for which the event loop did not turn, with garbage collection taken out (what is under 2 ms counts as 0):",
    figure("event-loop"),
    stallTable(view, records),
    "The same as `monitorEventLoopDelay` tells it, and the longest garbage collection:",
    monitoredStallTable(view, records),
    "### Memory",
    "The most that a process had in memory (RSS), in MiB, its runtime included:",
    figure("memory"),
    memoryTable(view),
    "### On the disk",
    diskTable(view, records),
  ];
}

function scaling(view: View, figure: Figure): string[] {
  return [
    figure("scaling-commit"),
    scalingTable(view, "bulk", settledOf("bulk")),
    figure("scaling-read"),
    scalingTable(view, "all", coldOf("all")),
    figure("scaling-stream"),
    scalingTable(view, "stream", coldOf("stream")),
  ];
}

function provenance({ results }: View): string {
  const versions = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`);
  const machines = new Set(results.machines.map(({ machine }) => machine));
  return `${[...machines].join(". ")}. ${versions.join(", ")}.`;
}
