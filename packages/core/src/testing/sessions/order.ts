import { type ItemRecord, itemOf } from "./items.ts";
import { applied, type Pending, type Records } from "./reference.ts";
import { codeOf, type Outcome, type Tended, type Trace } from "./trace.ts";
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
 *
 * @param start the records before the first of them
 */
export function* serials(trace: Trace, attempts: readonly Attempt[], start: Records): Generator<Serial> {
  const { doubts } = inOrder(trace, attempts, start, 0);
  for (let absent = 0; absent < 2 ** Math.min(doubts, MOST_DOUBTS); absent++)
    yield inOrder(trace, attempts, start, absent).serial;
}

/** Of the unacknowledged commits, those are left out whose bit is set. */
function inOrder(
  trace: Trace,
  attempts: readonly Attempt[],
  start: Records,
  absent: number,
): { readonly serial: Serial; readonly doubts: number } {
  const order = new Order(trace, attempts, start, absent);
  for (const admitted of trace.admitted) order.take(admitted);
  return order;
}

/** Takes the commits one after another. */
class Order {
  readonly #trace: Trace;
  readonly #attempts: readonly Attempt[];
  readonly #absent: number;
  /** Those acknowledged ones that have not been taken, in the order in which they were. */
  readonly #left: Attempt[];
  readonly #commits: Commit[] = [];
  readonly #unmade: Commit[] = [];
  readonly #unasked: Admitted[] = [];
  readonly #states: [Records, ...Records[]];
  /** How many may stand or not. */
  doubts = 0;

  constructor(trace: Trace, attempts: readonly Attempt[], start: Records, absent: number) {
    this.#trace = trace;
    this.#attempts = attempts;
    this.#absent = absent;
    this.#states = [start];
    this.#left = attempts.filter(
      ({ entry, changes }) => changes.size > 0 && codeOf(entry.outcome) === undefined,
    );
    this.#left.sort((a, b) => a.entry.ended - b.entry.ended);
  }

  get serial(): Serial {
    return {
      commits: this.#commits,
      states: this.#states,
      absent: this.#unmade,
      missing: this.#left,
      unasked: this.#unasked,
    };
  }

  take(admitted: Admitted): void {
    const own = this.#takeAttempt(admitted);
    if (own !== undefined) this.#make(acknowledged(admitted, own));
    else if (isUpkeep(this.#trace, admitted, this.#records))
      this.#make({ ...this.#unheard(admitted), isUpkeep: true });
    else this.#takeUnheard(admitted);
  }

  /** The acknowledged commit that was admitted then. */
  #takeAttempt(admitted: Admitted): Attempt | undefined {
    if (isLostTry(this.#trace, admitted, this.#attempts, this.#records)) return undefined;
    const own = this.#left.findIndex((attempt) => isOf(admitted, attempt, this.#records));
    return own < 0 ? undefined : this.#left.splice(own, 1)[0];
  }

  #takeUnheard(admitted: Admitted): void {
    if (!isInDoubt(admitted, this.#attempts)) this.#unasked.push(admitted);
    const commit = this.#unheard(admitted);
    const isAbsent = (this.#absent >> this.doubts++) % 2 === 1;
    if (isAbsent) this.#unmade.push(commit);
    else this.#make(commit);
  }

  #make(commit: Commit): void {
    const records = this.#records;
    this.#commits.push(commit);
    this.#states.push(commit.isUpkeep ? records : applied(records, commit.changes));
  }

  #unheard({ writes, moment }: Admitted): Commit {
    const changes = [...writes].map(([name, n]): [string, (() => ItemRecord | undefined) | undefined] => {
      const record = n === undefined ? undefined : this.#recordOf(n);
      return [name, n === undefined ? undefined : () => record];
    });
    const never = { ended: Number.POSITIVE_INFINITY, attempt: undefined, isUpkeep: false };
    return { changes: new Map(changes), began: 0, admitted: moment, ...never };
  }

  /** The record that a call has added with this number, or that was there at first. */
  #recordOf(n: number): ItemRecord | undefined {
    for (const { entries } of this.#trace.units)
      for (const { call } of entries)
        if ((call.kind === "add" || call.kind === "update") && call.item.n === n) return itemOf(call.item);
    return [...this.#states[0].values()].find((record) => record.n === n);
  }

  get #records(): Records {
    return this.#states.at(-1) ?? this.#states[0];
  }
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
  const failed = attempts.filter(({ entry }) => mayBeMade(entry.outcome));
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
    return isMeanwhile && mayBeMade(outcome);
  });
}

/** Whether a commit that failed may have been admitted: not if it met a conflict. */
function mayBeMade(outcome: Outcome): boolean {
  return ![undefined, "BABA_CONFLICT"].includes(codeOf(outcome));
}

function sameWrites(a: Writes, b: Writes): boolean {
  return a.size === b.size && [...a].every(([name, n]) => b.has(name) && b.get(name) === n);
}

function acknowledged({ moment }: Admitted, attempt: Attempt): Commit {
  const { began, ended } = attempt.entry;
  return { changes: attempt.changes, began, admitted: moment, ended, attempt, isUpkeep: false };
}
