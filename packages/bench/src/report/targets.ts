import type { EngineName } from "../engines/catalogue.ts";
import { CODEC_ROWS, type CodecRow, isOfOneRun, type Key } from "../harness/results.ts";
import { table } from "./markdown.ts";
import { coldOf, commitOf, eachOf, heldOf, memoryOf, settledOf, waitedOf, warmOf } from "./measures.ts";
import { ratio, shown, summary } from "./statistics.ts";
import { type Measure, thousands, type View } from "./view.ts";

/** A target and its measured value; `beside` describes a related figure. */
export type Target = {
  readonly name: string;
  readonly measured: number;
  readonly limit: number;
  readonly is: "at most" | "at least";
  readonly unit: string;
  readonly beside?: string;
};

const BULK = 10_000;
const LARGE = 100_000;
/** Operations that must not block the event loop. */
const HOLDING = ["bulk", "update", "delete", "all", "stream", "filter", "count", "gets"] as const;
/** All targets with their measured values; NaN if not measured. */
export function targets(view: View): Target[] {
  return [
    ...codecTargets(view),
    ...commitTargets(view),
    ...readTargets(view),
    ...sealedTargets(view),
    ...eventLoopTargets(view),
    ...memoryTargets(view),
    ...scalingTargets(view),
  ];
}

/** The targets as a table, and how many are met. */
export function targetTable(view: View): string {
  const all = targets(view);
  const measured = all.filter((target) => !Number.isNaN(target.measured));
  const rows = all.map((target) => [
    target.name,
    `${target.is} ${shown(target.limit)}${unitOf(target)}`,
    Number.isNaN(target.measured) ? "not measured in one run" : `${shown(target.measured)}${unitOf(target)}`,
    target.beside ?? "",
    isMet(target) ? "yes" : Number.isNaN(target.measured) ? "-" : "**no**",
  ]);
  const heads = ["target", "asked for", "measured", "beside", "met"];
  return `${measured.filter(isMet).length} of ${measured.length} targets are met.\n\n${table(heads, rows)}`;
}

/** Whether a target is met; one that was not measured is not. */
export function isMet({ measured, limit, is }: Target): boolean {
  return is === "at most" ? measured <= limit : measured >= limit;
}

function unitOf({ unit }: Target): string {
  return unit === "" ? "" : ` ${unit}`;
}

function codecTargets(view: View): Target[] {
  const figure = (row: CodecRow, bytes: number, name: string): number =>
    view.median(row, bytes, { workload: "codec", figure: name });
  const limits = [
    ["encode", 0.5],
    ["decode", 0.3],
  ] as const;
  return limits.flatMap(([way, limit]) => {
    const perByte = (bytes: number): number => figure("codec: glue included", bytes, `${way}PerByte`);
    const speeds = CODEC_ROWS.flatMap((row) =>
      [65_536, 2 ** 20].map((bytes) =>
        atLeast(
          `${row}: ${way} of ${bytes === 65_536 ? "64 KiB" : "1 MiB"}, of memory.copy's speed`,
          figure(row, bytes, `${way}Ratio`),
          limit,
        ),
      ),
    );
    const small = perByte(300) / perByte(65_536);
    return [
      ...speeds,
      atMost(`codec: ${way}, a byte of 300 beside one of 64 KiB, glue included`, small, 1.3),
    ];
  });
}

function commitTargets(view: View): Target[] {
  const [one, bulk] = [commitOf("single"), commitOf("bulk")];
  const against = (
    name: string,
    [engine, measure]: readonly [EngineName, Measure],
    [other, otherMeasure]: readonly [EngineName, Measure],
    limit: number,
  ): Target => ({
    ...atMost(name, view.ratio(engine, measure, other, otherMeasure, BULK), limit),
    beside: `${shown(view.ratio(engine, { ...measure, less: "queued" }, other, otherMeasure, BULK))} × by commit() alone`,
  });
  const burst = ratio(
    view.rounds("baba", BULK, { workload: "burst", figure: "inTurn" }),
    view.rounds("baba", BULK, { workload: "burst", figure: "together" }),
  );
  return [
    against(
      "commit of 1 record, settle background, × SQLite",
      ["baba-background", one],
      ["sqlite", one],
      1.5,
    ),
    against("commit of 1 record with its file in place, × SQLite", ["baba", one], ["sqlite", one], 1.5),
    against("commit of 10,000, settle background, × SQLite", ["baba-background", bulk], ["sqlite", bulk], 1),
    against(
      "commit of 10,000, all files in place, × bare files",
      ["baba", settledOf("bulk")],
      ["bare", settledOf("bulk")],
      1.3,
    ),
    atLeast("16 durable commits at once, × faster than one after another", burst, 4),
  ];
}

function readTargets(view: View): Target[] {
  const [all, get, filter] = [coldOf("all"), eachOf("get"), coldOf("filter")];
  return [
    atMost(
      "all of 10,000, cold, × bare reads, JSON and validation",
      view.ratio("baba", all, "bare", all, BULK),
      1.6,
    ),
    atLeast(
      "all of 10,000, cold, × faster than fs.promises, a file at a time",
      view.ratio("fs-promises", coldOf("stream"), "baba", all, BULK),
      5,
    ),
    atLeast(
      "all of 10,000, cold, × faster than fs.promises, 16 files at once",
      view.ratio("fs-promises", all, "baba", all, BULK),
      5,
    ),
    atLeast("all of 10,000, cold, × faster than Python", view.ratio("python", all, "baba", all, BULK), 15),
    atMost(
      "one get, × a bare synchronous read, past the first 1,000",
      view.ratio("baba", get, "bare", get, BULK),
      3,
    ),
    atLeast(
      "one get, × faster than fs.promises, past the first 1,000",
      view.ratio("fs-promises", get, "baba", get, BULK),
      4,
    ),
    atLeast(
      "filter of 10,000 again, × faster than cold",
      view.ratio("baba", filter, "baba", warmOf("filter"), BULK),
      5,
    ),
    atMost(
      "count of 10,000, × one readdir",
      view.ratio("baba", coldOf("count"), "bare", coldOf("count"), BULK),
      1.5,
    ),
  ];
}

function sealedTargets(view: View): Target[] {
  const of = (measure: Measure): number => view.ratio("baba-key", measure, "baba", measure, BULK);
  return [
    atMost("sealed: bulk commit, all files in place, × plain", of(settledOf("bulk")), 1.4),
    atMost("sealed: all, cold, × plain", of(coldOf("all")), 1.8),
  ];
}

/** A target per operation, so that none hides behind another; for the worst of the rounds. */
function eventLoopTargets(view: View): Target[] {
  return HOLDING.map((workload) => {
    const what = workload === "gets" ? "1,000 gets at once" : `${workload} of 10,000`;
    const held = view.rounds("baba", BULK, heldOf(workload));
    const { median, most } = summary(held);
    const waited = view.rounds("baba", BULK, waitedOf(workload))[held.indexOf(most)] ?? Number.NaN;
    const target = atMost(`event loop: longest hold by ${what}, collections apart`, most, 10, "ms");
    const ofIt = Number.isNaN(waited) ? "" : `; of the longest, ${shown(waited)} ms without a processor`;
    return { ...target, beside: `${shown(median)} ms in the middle of the rounds${ofIt}` };
  });
}

function memoryTargets(view: View): Target[] {
  const megabytes = (workload: Measure["workload"], records: number): number =>
    view.median("baba", records, { ...memoryOf(workload), times: 2 ** 20 / 1e6 });
  return [
    atMost("memory: stream over 100,000 records", megabytes("stream", LARGE), 150, "MB"),
    atMost("memory: bulk commit of 10,000", megabytes("bulk", BULK), 150, "MB"),
  ];
}

function scalingTargets(view: View): Target[] {
  const measures = [
    ["commit, in place", settledOf("bulk")],
    ["all, cold", coldOf("all")],
    ["stream, cold", coldOf("stream")],
  ] as const;
  return measures.map(([name, measure]) => {
    const key = (records: number): Key => ({ workload: measure.workload, engine: "baba", records });
    const each = (records: number): number => view.median("baba", records, measure) / records;
    const grown = isOfOneRun(view.results, key(LARGE), key(1000)) ? each(LARGE) / each(1000) : Number.NaN;
    return atMost(`scaling: ${name}, a record of ${thousands(LARGE)} beside one of 1,000`, grown, 1.5);
  });
}

function atMost(name: string, measured: number, limit: number, unit = "×"): Target {
  return { name, measured, limit, is: "at most", unit };
}

function atLeast(name: string, measured: number, limit: number, unit = "×"): Target {
  return { name, measured, limit, is: "at least", unit };
}
