import { CATALOGUE, type EngineName } from "../engines/catalogue.ts";
import type { Key } from "../harness/results.ts";
import { table } from "./markdown.ts";
import { closedOf, coldOf, commitOf, eachOf, heldOf, memoryOf, settledOf, warmOf } from "./measures.ts";
import { shown, spread } from "./statistics.ts";
import { type Measure, thousands, titleOf, type View } from "./view.ts";

type Column = { readonly head: string; readonly measure: Measure };

/** Commits compared with SQLite's and with the minimal cost of files. */
export function commitTable(view: View, workload: Key["workload"], records: number): string {
  const [commit, settled, closed] = [commitOf(workload), settledOf(workload), closedOf(workload)];
  const times = (engine: EngineName, measure: Measure, other: EngineName): string =>
    shown(view.ratio(engine, measure, other, measure, records));
  const alone: Measure = { ...commit, less: "queued" };
  const rows = view
    .having(records, commit)
    .map((engine) => [
      titleOf(engine),
      spread(view.rounds(engine, records, commit)),
      times(engine, commit, "sqlite"),
      shown(view.ratio(engine, alone, "sqlite", commit, records)),
      spread(view.rounds(engine, records, settled)),
      CATALOGUE[engine].files === "yes" ? times(engine, settled, "bare") : "",
      spread(view.rounds(engine, records, closed)),
      times(engine, closed, "sqlite"),
      shown(view.median(engine, records, { workload, figure: "writtenPerRecord" })),
    ]);
  const heads = [
    "engine",
    "commit, ms",
    "× SQLite",
    "commit() alone × SQLite",
    "in place, ms",
    "× bare",
    "nothing left, ms",
    "× SQLite",
    "bytes",
  ];
  return table(heads, rows);
}

/** Several figures, with the first one's ratio to the bare calls. */
function figureTable(view: View, records: number, columns: readonly Column[]): string {
  const first = columns[0]?.measure;
  if (first === undefined) return "";
  const measures = columns.map(({ measure }) => measure);
  const rows = view
    .having(records, ...measures)
    .map((engine) => [
      titleOf(engine),
      ...measures.map((measure) => spread(view.rounds(engine, records, measure))),
      shown(view.ratio(engine, first, "bare", first, records)),
    ]);
  return table(["engine", ...columns.map(({ head }) => head), "first × bare"], rows);
}

/** Reading everything. */
export function readTable(view: View, records: number): string {
  return figureTable(view, records, [
    { head: "all, cold", measure: coldOf("all") },
    { head: "all, again", measure: warmOf("all") },
    { head: "stream, cold", measure: coldOf("stream") },
    { head: "filter, cold", measure: coldOf("filter") },
    { head: "filter, again", measure: warmOf("filter") },
    { head: "count, cold", measure: coldOf("count") },
  ]);
}

/** Operations on single records, and opening. */
export function smallTable(view: View, records: number): string {
  return figureTable(view, records, [
    { head: "get, µs", measure: eachOf("get") },
    { head: "the first 1,000 gets, µs each", measure: { workload: "get", figure: "first", times: 1000 } },
    { head: "get in a session of its own, µs", measure: { workload: "get", figure: "alone", times: 1000 } },
    { head: "1,000 gets at once, µs each", measure: eachOf("gets") },
    { head: "exists in a session of its own, µs", measure: eachOf("exists") },
    { head: "mixed 90/10, µs", measure: eachOf("mixed") },
    { head: "first open, ms", measure: { workload: "open", figure: "first" } },
    { head: "open again, ms", measure: { workload: "open", figure: "again" } },
  ]);
}

/** Concurrent commits compared with as many one after another. */
export function burstTable(view: View, records: number): string {
  const together: Measure = { workload: "burst", figure: "together" };
  const inTurn: Measure = { workload: "burst", figure: "inTurn" };
  const rows = view
    .having(records, together)
    .map((engine) => [
      titleOf(engine),
      spread(view.rounds(engine, records, together)),
      spread(view.rounds(engine, records, inTurn)),
      shown(view.ratio(engine, inTurn, engine, together, records)),
    ]);
  return table(["engine", "16 at once, ms", "16 one after another, ms", "times faster"], rows);
}

/** The counts of file system operations. */
export function countTable(view: View): string {
  const rows = (["single", "bulk"] as const).flatMap((workload) =>
    view.sizes(workload).flatMap((records) => {
      const count = (engine: EngineName, figure: string): string =>
        shown(view.median(engine, records, { workload, figure }));
      return view
        .having(records, { workload, figure: "syncs" })
        .filter((engine) => CATALOGUE[engine].kind === "ours" && (workload === "bulk" || records === 10_000))
        .map((engine) => [
          titleOf(engine),
          workload === "single" ? "1" : thousands(records),
          count(engine, "syncs"),
          count(engine, "bytesPerRecord"),
          count(engine, "calls"),
          count(engine, "syncsClosed"),
        ]);
    }),
  );
  const heads = [
    "engine",
    "records",
    "syncs",
    "bytes a record",
    "calls of the port",
    "syncs with the checkpoint",
  ];
  return rows.length === 0 ? "" : table(heads, rows);
}

/** How long the event loop is blocked. */
export function stallTable(view: View, records: number): string {
  const workloads = [
    "bulk",
    "update",
    "delete",
    "all",
    "stream",
    "filter",
    "count",
    "gets",
    "mixed",
  ] as const;
  return figureTable(
    view,
    records,
    workloads.map((workload) => ({ head: workload, measure: heldOf(workload) })),
  ).replace("first × bare", "bulk × bare");
}

/** The same including garbage collection, according to the runtime's own monitor. */
export function monitoredStallTable(view: View, records: number): string {
  const workloads = ["bulk", "all", "stream", "filter"] as const;
  const rows = view
    .having(records, ...workloads.map((workload) => ({ workload, figure: "stall" })))
    .map((engine) => [
      titleOf(engine),
      ...workloads.flatMap((workload) =>
        ["stall", "gc"].map((figure) => shown(view.median(engine, records, { workload, figure }))),
      ),
    ]);
  return table(["engine", ...workloads.flatMap((name) => [name, "longest collection"])], rows);
}

/** The processes' peak memory. */
export function memoryTable(view: View): string {
  const columns = (["bulk", "all", "stream"] as const).flatMap((workload) =>
    [10_000, 100_000].map((records) => ({ workload, records })),
  );
  const engines = view.having(10_000, memoryOf("bulk"), memoryOf("all"));
  const rows = engines.map((engine) => [
    titleOf(engine),
    ...columns.map(({ workload, records }) => shown(view.median(engine, records, memoryOf(workload)))),
  ]);
  return table(
    ["engine", ...columns.map(({ workload, records }) => `${workload}, ${thousands(records)}`)],
    rows,
  );
}

/** Disk usage after the bulk commit and closing. */
export function diskTable(view: View, records: number): string {
  const kibibytes = (figure: string): Measure => ({ workload: "disk", figure, times: 1 / 1024 });
  const rows = view
    .having(records, kibibytes("bytes"))
    .map((engine) => [
      titleOf(engine),
      shown(view.median(engine, records, kibibytes("bytes"))),
      shown(view.median(engine, records, kibibytes("blocks"))),
      thousands(view.median(engine, records, { workload: "disk", figure: "files" })),
    ]);
  return table(["engine", "bytes, KiB", "blocks, KiB", "files"], rows);
}

/** Each encrypted engine compared with itself without encryption. */
export function sealedTable(view: View, records: number): string {
  const pairs: readonly (readonly [EngineName, EngineName])[] = [
    ["baba-key", "baba"],
    ["baba-key-background", "baba-background"],
    ["baba-identity", "baba"],
    ["nedb-gcm", "nedb"],
    ["sqlcipher", "sqlite"],
    ["lmdb-encrypted", "lmdb"],
    ["conf-gcm", "conf"],
  ];
  const columns: readonly Column[] = [
    { head: "bulk commit", measure: commitOf("bulk") },
    { head: "bulk, in place", measure: settledOf("bulk") },
    { head: "1 record", measure: commitOf("single") },
    { head: "all, cold", measure: coldOf("all") },
    { head: "filter, cold", measure: coldOf("filter") },
    { head: "get", measure: eachOf("get") },
    { head: "first open", measure: { workload: "open", figure: "first" } },
  ];
  const rows = pairs
    .filter(([engine]) => view.having(records, commitOf("bulk")).includes(engine))
    .map(([engine, plain]) => [
      titleOf(engine),
      ...columns.map(({ measure }) => shown(view.ratio(engine, measure, plain, measure, records))),
    ]);
  return rows.length === 0
    ? ""
    : table(["times its own figures in plain", ...columns.map(({ head }) => head)], rows);
}

/** The same code on several runtimes. */
export function runtimeTable(view: View, records: number): string {
  const engines: readonly EngineName[] = ["baba", "baba-node24", "baba-bun", "baba-deno"];
  const here = engines.filter((engine) => view.having(records, settledOf("bulk")).includes(engine));
  const lines: readonly Column[] = [
    { head: "bulk commit, in place, ms", measure: settledOf("bulk") },
    { head: "bulk commit, nothing left, ms", measure: closedOf("bulk") },
    { head: "commit of 1 record, ms", measure: commitOf("single") },
    { head: "16 commits at once, ms", measure: { workload: "burst", figure: "together" } },
    { head: "all, cold, ms", measure: coldOf("all") },
    { head: "all, again, ms", measure: warmOf("all") },
    { head: "stream, cold, ms", measure: coldOf("stream") },
    { head: "filter, cold, ms", measure: coldOf("filter") },
    { head: "get, µs", measure: eachOf("get") },
    { head: "count, cold, ms", measure: coldOf("count") },
    { head: "exists in a session of its own, µs", measure: eachOf("exists") },
    { head: "update of a tenth, ms", measure: commitOf("update") },
    { head: "delete of a tenth, ms", measure: commitOf("delete") },
    { head: "mixed, µs", measure: eachOf("mixed") },
    { head: "first open, ms", measure: { workload: "open", figure: "first" } },
    { head: "memory, bulk commit, MiB", measure: memoryOf("bulk") },
    { head: "memory, stream, MiB", measure: memoryOf("stream") },
  ];
  const rows = lines.map(({ head, measure }) => [
    head,
    ...here.map((engine) => spread(view.rounds(engine, records, measure))),
  ]);
  const heads = here.map((engine) =>
    engine === "baba" ? "Node 20" : titleOf(engine).replace("BabaDB on ", ""),
  );
  return here.length === 0 ? "" : table(["", ...heads], rows);
}

/** The cost per record as their number grows. */
export function scalingTable(view: View, workload: Key["workload"], measure: Measure): string {
  const sizes = view.sizes(workload);
  const rows = view
    .having(sizes[0] ?? 0, measure)
    .map((engine) => [
      titleOf(engine),
      ...sizes.map((records) => shown((1000 * view.median(engine, records, measure)) / records)),
    ]);
  return table(["engine, µs a record", ...sizes.map(thousands)], rows);
}

/** What each engine promises. */
export function promiseTable(engines: readonly EngineName[]): string {
  const rows = engines.map((engine) => {
    const { synced, atomic, encrypted, files } = CATALOGUE[engine];
    return [titleOf(engine), synced, atomic, encrypted, files];
  });
  const heads = ["engine", "synced", "atomic", "encrypted", "a file a record"];
  return table(heads, rows, heads.length);
}
