import { type ItemRecord, itemOf } from "./items.ts";
import { applied, type Pending, type Records } from "./reference.ts";
import { codeOf, type Tended, type Trace } from "./trace.ts";
import type { Attempt } from "./views.ts";
import type { Admitted, Writes } from "./witness.ts";

/** A commit that changed something. */
export type Commit = {
  readonly changes: Pending;
  /** When it was asked for, so that commits which are judged together with it can meet it; 0 if unknown. */
  readonly began: number;
  readonly admitted: number;
  /** When nobody was told of it: never. */
  readonly ended: number;
  /** `undefined` if nobody was told of it. */
  readonly attempt: Attempt | undefined;
  /** Whether it writes the records as they are, sealed anew. */
  readonly isUpkeep: boolean;
};

/** All commits that stand in their order, and the records before and after each of them. */
export type Serial = {
  readonly commits: readonly Commit[];
  readonly states: readonly Records[];
  /** Commits that were admitted, and never made as their process was killed. */
  readonly absent: readonly Commit[];
  /** Commits that were acknowledged and never made. */
  readonly missing: readonly Attempt[];
  /** Commits that were made and that no call can have asked for. */
  readonly unasked: readonly Admitted[];
};

/** More than that are not all tried. */
const MOST_DOUBTS = 6;

/**
 * The commits in the order in which they were admitted. One that was not acknowledged, as its process was killed,
 * stands or does not: each history that may be is given, those with more commits first.
 */
export function* serials(trace: Trace, attempts: readonly Attempt[]): Generator<Serial> {
  const { doubts } = inOrder(trace, attempts, 0);
  for (let absent = 0; absent < 2 ** Math.min(doubts, MOST_DOUBTS); absent++)
    yield inOrder(trace, attempts, absent);
}

/** Of the unacknowledged commits, those are left out whose bit is set. */
function inOrder(
  trace: Trace,
  attempts: readonly Attempt[],
  absent: number,
): Serial & { readonly doubts: number } {
  const left = attempts.filter(
    ({ entry, changes }) => changes.size > 0 && codeOf(entry.outcome) === undefined,
  );
  left.sort((a, b) => a.entry.ended - b.entry.ended);
  const commits: Commit[] = [];
  const unmade: Commit[] = [];
  const unasked: Admitted[] = [];
  const states: Records[] = [new Map()];
  let doubts = 0;
  for (const admitted of trace.admitted) {
    const records = states.at(-1) ?? new Map();
    const isTriedAgain = isLostTry(trace, admitted, attempts, records);
    const own = isTriedAgain ? -1 : left.findIndex((attempt) => isOf(admitted, attempt, records));
    if (own < 0 && isUpkeep(trace, admitted, records)) {
      commits.push({ ...unheard(trace, admitted), isUpkeep: true });
      states.push(records);
      continue;
    }
    if (own < 0 && !isInDoubt(admitted, attempts)) unasked.push(admitted);
    const commit = own < 0 ? unheard(trace, admitted) : acknowledged(admitted, left.splice(own, 1)[0]);
    if (own < 0 && (absent >> doubts++) % 2 === 1) {
      unmade.push(commit);
      continue;
    }
    commits.push(commit);
    states.push(applied(records, commit.changes));
  }
  return { commits, states, absent: unmade, missing: left, unasked, doubts };
}

function isOf({ writes, moment }: Admitted, { entry, changes }: Attempt, records: Records): boolean {
  const isMeanwhile = entry.began < moment && moment < entry.ended;
  return (
    isMeanwhile &&
    sameWrites(writes, new Map([...changes].map(([name, source]) => [name, source?.(records)?.n])))
  );
}

/** Whether it seals anew what is stored, for work on the whole store. */
function isUpkeep({ upkeep }: Trace, { process, writes, moment }: Admitted, records: Records): boolean {
  const isTended = (tended: Tended) =>
    tended.process === process && tended.began < moment && moment < tended.ended;
  return (
    upkeep.some(isTended) && [...writes].every(([name, n]) => n !== undefined && records.get(name)?.n === n)
  );
}

/** Whether it belongs to a commit that failed, as the same changes were committed once more within a later call. */
function isLostTry(
  trace: Trace,
  admitted: Admitted,
  attempts: readonly Attempt[],
  records: Records,
): boolean {
  const { process, writes, moment } = admitted;
  const failed = attempts.filter(({ entry }) => codeOf(entry.outcome) !== undefined);
  return (
    failed.some((attempt) => isOf(admitted, attempt, records)) &&
    trace.admitted.some(
      (other) => other.process === process && other.moment > moment && sameWrites(other.writes, writes),
    )
  );
}

/** Whether a call asked for it, or may have, that ended otherwise than by a success or a conflict. */
function isInDoubt({ process, moment }: Admitted, attempts: readonly Attempt[]): boolean {
  return attempts.some(({ entry: { began, ended, outcome }, view }) => {
    const isMeanwhile = view.unit.process === process && began < moment && moment < ended;
    return isMeanwhile && ![undefined, "BABA_CONFLICT"].includes(codeOf(outcome));
  });
}

function sameWrites(a: Writes, b: Writes): boolean {
  return a.size === b.size && [...a].every(([name, n]) => b.has(name) && b.get(name) === n);
}

function acknowledged({ moment }: Admitted, attempt: Attempt | undefined): Commit {
  if (attempt === undefined) throw new RangeError("there is no such commit");
  const { began, ended } = attempt.entry;
  return { changes: attempt.changes, began, admitted: moment, ended, attempt, isUpkeep: false };
}

function unheard(trace: Trace, { writes, moment }: Admitted): Commit {
  const changes = [...writes].map(([name, n]): [string, (() => ItemRecord | undefined) | undefined] => {
    const record = n === undefined ? undefined : recordOf(trace, n);
    return [name, n === undefined ? undefined : () => record];
  });
  const never = { ended: Number.POSITIVE_INFINITY, attempt: undefined, isUpkeep: false };
  return { changes: new Map(changes), began: 0, admitted: moment, ...never };
}

/** The record that a call has added with this number. */
function recordOf(trace: Trace, n: number): ItemRecord | undefined {
  for (const { entries } of trace.units)
    for (const { call } of entries)
      if ((call.kind === "add" || call.kind === "update") && call.item.n === n) return itemOf(call.item);
  return undefined;
}
