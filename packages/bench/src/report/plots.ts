import { CATALOGUE, type Engine, type EngineName } from "../engines/catalogue.ts";
import { type Bar, barChart } from "./bars.ts";
import { type Curve, curveChart } from "./curves.ts";
import { coldOf, commitOf, eachOf, heldOf, memoryOf, settledOf, warmOf } from "./measures.ts";
import { summary } from "./statistics.ts";
import { type Measure, mainSize, thousands, titleOf, type View } from "./view.ts";

/** A picture and its file's name. */
export type Plot = { readonly name: string; readonly title: string; readonly svg: string };

const COLORS = { ours: "#0b6bcb", safe: "#2e8b57", unsafe: "#d98032", limit: "#9a9a9a" } as const;
const LEGEND = [
  [COLORS.ours, "BabaDB"],
  [COLORS.safe, "synced, and atomic by commit"],
  [COLORS.unsafe, "promises less"],
  [COLORS.limit, "bare system calls"],
] as const;
/** Only as many lines as can be told apart. */
const LINES: Readonly<Partial<Record<EngineName, string>>> = {
  baba: COLORS.ours,
  "baba-background": "#5fa8e8",
  "baba-key": "#123f78",
  "fs-promises": "#d98032",
  "write-file-atomic": "#a0522d",
  nedb: "#c2a011",
  level: "#7a5ab5",
  lmdb: "#b0387c",
  sqlite: COLORS.safe,
  sqlcipher: "#1c5e3a",
  python: "#cc3344",
  bare: COLORS.limit,
};

/** All plots for which there are enough figures. */
export function plots(view: View): Plot[] {
  const records = mainSize(view);
  const many = thousands(records);
  return [
    bars(
      view,
      "bulk-commit",
      `${many} records in one commit, every file in place`,
      settledOf("bulk"),
      records,
      "ms",
    ),
    bars(view, "single-commit", "One record a commit, one after another", commitOf("single"), records, "ms"),
    bars(view, "read-all", `Reading ${many} records in a new process`, coldOf("all"), records, "ms"),
    bars(
      view,
      "filter-cold",
      `A fifth of ${many} records by a field, in a new process`,
      coldOf("filter"),
      records,
      "ms",
    ),
    bars(
      view,
      "filter-again",
      `A fifth of ${many} records by a field, the second time in a process`,
      warmOf("filter"),
      records,
      "ms",
    ),
    bars(view, "get", `One record of ${many} by its name`, eachOf("get"), records, "µs"),
    bars(view, "update", `Changing a tenth of ${many} records`, settledOf("update"), records, "ms"),
    bars(
      view,
      "event-loop",
      `How long reading ${many} records holds the event loop`,
      heldOf("all"),
      records,
      "ms",
    ),
    bars(view, "memory", `Memory while ${many} records are committed`, memoryOf("bulk"), records, "MiB"),
    curves(
      view,
      "scaling-commit",
      "Committing: the cost of a record as their number grows",
      settledOf("bulk"),
    ),
    curves(view, "scaling-read", "Reading all: the cost of a record as their number grows", coldOf("all")),
    curves(view, "scaling-stream", "Streaming: the cost of a record as their number grows", coldOf("stream")),
  ].filter((plot) => plot !== undefined);
}

/** What a bar says beside its figure. */
const NOTES: Readonly<Record<Engine["synced"], string>> = {
  yes: "",
  later: "synced later",
  content: "name not synced",
  no: "not synced",
};

function bars(
  view: View,
  name: string,
  title: string,
  measure: Measure,
  records: number,
  unit: string,
): Plot | undefined {
  const engines = view.having(records, measure).filter((engine) => CATALOGUE[engine].kind !== "runtime");
  if (engines.length < 2) return undefined;
  const found = engines.map((engine) => barOf(view, engine, records, measure));
  return { name, title, svg: barChart(title, unit, found, LEGEND) };
}

function barOf(view: View, engine: EngineName, records: number, measure: Measure): Bar {
  const { median: value, least, most } = summary(view.rounds(engine, records, measure));
  const { encrypted, synced } = CATALOGUE[engine];
  const note = [encrypted === "yes" ? "encrypted" : "", NOTES[synced]].filter((word) => word !== "");
  return {
    name: shortTitle(engine),
    value,
    least,
    most,
    color: colorOf(CATALOGUE[engine]),
    note: note.join(", "),
  };
}

/** Omits details in brackets or after a colon, which are in the tables. */
function shortTitle(engine: EngineName): string {
  return titleOf(engine).replace(/ \(better.*\)|: temporary.*/, "");
}

function colorOf({ kind, synced, atomic }: Engine): string {
  if (kind === "ours" || kind === "runtime") return COLORS.ours;
  if (kind === "limit") return COLORS.limit;
  return synced === "yes" && atomic === "commit" ? COLORS.safe : COLORS.unsafe;
}

function curves(view: View, name: string, title: string, measure: Measure): Plot | undefined {
  const sizes = view.sizes(measure.workload);
  const all = Object.entries(LINES).flatMap(([key, color]): Curve[] => {
    const engine = key as EngineName; // Object.entries() loses the type.
    const points = sizes
      .map((records) => [records, (1000 * view.median(engine, records, measure)) / records] as const)
      .filter(([, figure]) => figure > 0);
    if (points.length < 2) return [];
    const { kind, synced } = CATALOGUE[engine];
    return [{ name: shortTitle(engine), points, color, bold: kind === "ours", dashed: synced === "no" }];
  });
  if (all.length === 0) return undefined;
  const svg = curveChart(title, "records", "µs a record (dashed: nothing is synced)", all);
  return { name, title, svg };
}
