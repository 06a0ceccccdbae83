import type { EngineName } from "./engines.ts";
import { mean, median, ratio, shown, spread, summary } from "./figures.ts";
import type { BurstCell, Cell, Measurement } from "./measurement.ts";
import { BURST } from "./plan.ts";
import type { Outcome } from "./trial.ts";

type Figure = (outcome: Outcome) => number;

const SQLITE: EngineName = "SQLite";
const BARE: EngineName = "bare: temporary file and rename (no sync)";
const BULK = 10_000;
/** Whose records end as files of their own. */
const WITH_FILES = /^BabaDB|^write-file-atomic|^Python|^bare: temporary/;
const commit: Figure = (outcome) => median(outcome.commits);
const settled: Figure = (outcome) => outcome.settled;
const closed: Figure = (outcome) => outcome.closed;
const stall: Figure = (outcome) => outcome.stall;
/** Of those that queue records before they commit them: the commit without the queueing. */
const commitAlone: Figure = ({ commits, queued }) =>
  median(commits.map((whole, i) => whole - (queued[i] ?? 0)));
const settledAlone: Figure = ({ settled: whole, queued }) => whole - mean(queued);

/** What the tables need to be understood. */
export type Preamble = {
  readonly machine: string;
  readonly caution: string;
  readonly rounds: number;
  readonly versions: string;
  readonly missing: readonly string[];
};

/** The section as Markdown. */
export function report({ cells, bursts }: Measurement, preamble: Preamble): string {
  const sizes = [...new Set(cells.map((cell) => cell.size))];
  return [
    introduction(preamble),
    ...sizes.map((size) =>
      commitTable(
        size,
        cells.filter((cell) => cell.size === size),
      ),
    ),
    targets(cells),
    burstTable(bursts),
    countTable(cells),
    ...(sizes.includes(BULK) ? [stallTable(cells.filter((cell) => cell.size === BULK))] : []),
  ].join("\n\n");
}

function introduction({ machine, caution, rounds, versions, missing }: Preamble): string {
  const left =
    missing.length === 0
      ? ""
      : `\n\nNot measured, for it could not be installed here: ${missing.join(", ")}.`;
  return `## Commits

${machine}. ${versions}.

Records of about 250 bytes of JSON; each engine in a process and a folder of its own; medians of ${rounds} interleaved rounds, with
the least and the most in brackets; ratios are taken within a round. All times are milliseconds for one commit, from objects in memory:

- *commit*: until the commit resolved. BabaDB has a row for *add and commit*, in which every record is validated twice (as it is
  added, and as it would be read) and serialised, and one for *commit() alone*, with the records added before. The other engines
  validate nothing; their figures include serialising, except the bare ones.
- *in place*: until every record stood where it belongs, averaged over commits made one after another; with settle
  background a pause of 10 ms before the files follow is in it.
- *nothing left*: until the store was closed after them, with the deferred work of each: BabaDB's checkpoint syncs the record
  files, SQLite's copies its log into the database and syncs it.

The bare rows write bytes made beforehand: the files hold one record's base-3 text each, the log the records' JSON.${caution}${left}`;
}

function commitTable(size: number, cells: readonly Cell[]): string {
  const sqlite = cellOf(cells, SQLITE);
  const bare = cellOf(cells, BARE);
  const rows = cells.flatMap((cell) => [
    [
      queues(cell) ? `${cell.engine}: add and commit` : cell.engine,
      spread(summary(cell.outcomes.map(commit))),
      times(cell, commit, sqlite, commit),
      spread(summary(cell.outcomes.map(settled))),
      WITH_FILES.test(cell.engine) ? times(cell, settled, bare, settled) : "",
      spread(summary(cell.outcomes.map(closed))),
      times(cell, closed, sqlite, closed),
    ],
    ...(queues(cell) ? [rowAlone(cell, sqlite, bare)] : []),
  ]);
  const heads = ["engine", "commit", "× SQLite", "in place", "× bare files", "nothing left", "× SQLite"];
  return `### ${size === 1 ? "1 record" : `${size} records`} a commit\n\n${table(heads, rows)}`;
}

function rowAlone(cell: Cell, sqlite: Cell | undefined, bare: Cell | undefined): string[] {
  return [
    `${cell.engine}: commit() alone`,
    spread(summary(cell.outcomes.map(commitAlone))),
    times(cell, commitAlone, sqlite, commit),
    spread(summary(cell.outcomes.map(settledAlone))),
    times(cell, settledAlone, bare, settled),
    "",
    "",
  ];
}

/** Whether its commits have two parts, of which the first is no work of a commit. */
function queues({ outcomes }: Cell): boolean {
  return (outcomes[0]?.queued.length ?? 0) > 0;
}

function targets(cells: readonly Cell[]): string {
  const at = (size: number, engine: EngineName): Cell | undefined =>
    cellOf(
      cells.filter((cell) => cell.size === size),
      engine,
    );
  const [one, bulk, bare] = [
    at(1, "BabaDB, settle background"),
    at(BULK, "BabaDB, settle background"),
    at(BULK, BARE),
  ];
  const rows = [
    [
      "1 record durable: SQLite × 1.5 at most",
      ...judged(quotient(one, commit, at(1, SQLITE), commit), 1.5),
      ...judged(quotient(one, commitAlone, at(1, SQLITE), commit), 1.5),
    ],
    [
      "1 record durable and in place: SQLite × 1.5 at most",
      ...judged(quotient(at(1, "BabaDB"), commit, at(1, SQLITE), commit), 1.5),
      ...judged(quotient(at(1, "BabaDB"), commitAlone, at(1, SQLITE), commit), 1.5),
    ],
    [
      `${BULK} records durable: SQLite × 1 at most`,
      ...judged(quotient(bulk, commit, at(BULK, SQLITE), commit), 1),
      ...judged(quotient(bulk, commitAlone, at(BULK, SQLITE), commit), 1),
    ],
    [
      `${BULK} records durable and in place: bare files × 1.3 at most`,
      ...judged(quotient(at(BULK, "BabaDB"), settled, bare, settled), 1.3),
      ...judged(quotient(at(BULK, "BabaDB"), settledAlone, bare, settled), 1.3),
    ],
  ];
  return `### Targets\n\n${table(["target", "add and commit", "met", "commit() alone", "met"], rows)}`;
}

function judged(measured: number | undefined, limit: number): string[] {
  if (measured === undefined) return ["-", "not measured"];
  return [`× ${shown(measured)}`, measured <= limit ? "yes" : "no"];
}

function burstTable(bursts: readonly BurstCell[]): string {
  const rows = bursts.map(({ engine, outcomes }) => {
    const [together, inTurn] = [outcomes.map((one) => one.together), outcomes.map((one) => one.inTurn)];
    return [engine, spread(summary(together)), spread(summary(inTurn)), shown(ratio(inTurn, together))];
  });
  const heads = ["engine", "at once", "one after another", "times faster"];
  return `### ${BURST} durable commits of 1 record\n\n${table(heads, rows)}`;
}

function countTable(cells: readonly Cell[]): string {
  const rows = cells.flatMap(({ engine, size, outcomes }) => {
    const counts = outcomes.flatMap((outcome) => outcome.counts ?? []);
    if (counts.length === 0) return [];
    const middle = (of: (count: (typeof counts)[number]) => number): string => shown(median(counts.map(of)));
    return [
      [
        engine,
        String(size),
        middle((count) => count.settled.syncs),
        middle((count) => count.settled.bytes / size),
        middle((count) => count.settled.calls),
        middle((count) => count.closed.syncs),
      ],
    ];
  });
  const heads = [
    "engine",
    "records",
    "syncs",
    "bytes written a record",
    "calls of the port",
    "syncs with the checkpoint",
  ];
  return `### Syncs and bytes of one commit

Counted by a file system around the adapter's that passes every call on, until everything is in place; averaged, so that a new journal segment
now and then counts by its share. A sync of 256 files or more is one of the whole file system on Linux, and counted here by its files.

${table(heads, rows)}`;
}

function stallTable(cells: readonly Cell[]): string {
  const rows = cells
    .filter(({ engine }) => engine.startsWith("BabaDB") || engine === SQLITE || engine === "LMDB")
    .map(({ engine, outcomes }) => [engine, spread(summary(outcomes.map(stall)))]);
  return `### The longest stall of the event loop\n\nDuring a commit of ${BULK} records, until everything was in place:\n\n${table(["engine", "ms"], rows)}`;
}

function cellOf(cells: readonly Cell[], engine: EngineName): Cell | undefined {
  return cells.find((cell) => cell.engine === engine);
}

function quotient(
  cell: Cell | undefined,
  figure: Figure,
  other: Cell | undefined,
  otherFigure: Figure,
): number | undefined {
  if (cell === undefined || other === undefined) return undefined;
  return ratio(cell.outcomes.map(figure), other.outcomes.map(otherFigure));
}

function times(cell: Cell, figure: Figure, other: Cell | undefined, otherFigure: Figure): string {
  const found = quotient(cell, figure, other, otherFigure);
  return found === undefined ? "-" : shown(found);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map((_, i) => (i === 0 ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
