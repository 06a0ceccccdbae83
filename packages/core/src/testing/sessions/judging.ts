import { isBlind, isExcused, isUpkeepExcused } from "./excuses.ts";
import { describe, expected, fits, isFailure, leftOut, mayLeaveOut } from "./fits.ts";
import { type Commit, type Serial, serials } from "./order.ts";
import { canonical, type Records } from "./reference.ts";
import {
  codeOf,
  type Entry,
  isCutOff,
  type Rerun,
  type Tended,
  type Trace,
  type Turnover,
  type Unit,
} from "./trace.ts";
import { isFound } from "./upkeep.ts";
import type { Verdict } from "./verdict.ts";
import { type Attempt, type Read, touches, type View, viewsOf } from "./views.ts";
import type { Admitted } from "./witness.ts";

/** A history that may be, and what it shows and what is wrong in it. */
export type Judgement = { readonly verdict: Verdict; readonly serial: Serial };

/**
 * Compares what happened between two interruptions with the reference: the commits in the order in which they were
 * made, with and without those that nobody was told of. There is at least one judgement.
 *
 * @param start the records at its beginning
 */
export function* judgements(trace: Trace, start: Records): Generator<Judgement> {
  const views = trace.units.map(viewsOf);
  const attempts = views.flatMap(({ attempts }) => attempts);
  const given = { trace, reads: views.flatMap(({ reads }) => reads), attempts };
  for (const serial of serials(trace, attempts, start))
    yield { verdict: new Judging(given, serial).verdict(), serial };
}

type Given = {
  readonly trace: Trace;
  readonly reads: readonly Read[];
  readonly attempts: readonly Attempt[];
};

/** A range of states: `lowest` is certainly seen, and nothing beyond `highest`. */
type Range = { readonly lowest: number; readonly highest: number };

class Judging {
  readonly #trace: Trace;
  readonly #reads: readonly Read[];
  readonly #attempts: readonly Attempt[];
  /** The commits that changed something, in order, and the records before and after each of them. */
  readonly #commits: readonly Commit[];
  readonly #states: readonly Records[];
  readonly #absent: readonly Commit[];
  readonly #missing: readonly Attempt[];
  readonly #unasked: readonly Admitted[];
  readonly #violations: string[] = [];
  #conflicts = 0;
  #spared = 0;
  #mixed = 0;

  constructor({ trace, reads, attempts }: Given, { commits, states, absent, missing, unasked }: Serial) {
    this.#trace = trace;
    this.#reads = reads;
    this.#attempts = attempts;
    this.#commits = commits;
    this.#states = states;
    this.#absent = absent;
    this.#missing = missing;
    this.#unasked = unasked;
  }

  verdict(): Verdict {
    for (const read of this.#reads) this.#judgeRead(read);
    for (const attempt of this.#attempts) this.#judgeAttempt(attempt);
    for (const rerun of this.#trace.reruns) this.#judgeRerun(rerun);
    for (const tended of this.#trace.upkeep) this.#judgeUpkeep(tended);
    for (const read of this.#reads) this.#judgeSkips(read);
    this.#judgeLog();
    for (const { process, writes } of this.#unasked)
      this.#violations.push(
        `process ${process} made a commit that nobody asked for: ${JSON.stringify([...writes])}`,
      );
    for (const { entry, view } of this.#missing) this.#violation(entry, view.unit, "a commit that was made");
    const entries = this.#trace.units.flatMap(({ entries }) => entries);
    return {
      calls: entries.length,
      cutOff: entries.filter(({ outcome }) => isCutOff(outcome)).length,
      unheard: this.#commits.filter(({ attempt, isUpkeep }) => attempt === undefined && !isUpkeep).length,
      commits: this.#commits.filter(({ isUpkeep }) => !isUpkeep).length,
      cuts: 0,
      lost: 0,
      damaged: 0,
      skipped: this.#trace.skipped.length,
      tended: this.#trace.upkeep.filter(({ outcome }) => codeOf(outcome) === undefined).length,
      conflicts: this.#conflicts,
      spared: this.#spared,
      mixed: this.#mixed,
      violations: this.#violations,
    };
  }

  /** A read gives what was stored at some moment since it or its view began; of each record apart. */
  #judgeRead(read: Read): void {
    const { lowest, highest } = this.#rangeOf(read);
    const made = { ...read.view.unit, ...read.entry };
    if (isExcused(this.#trace, made) || isBlind(this.#trace, made)) return;
    if (this.#isRefused(read.entry, read.view.unit)) return;
    if (this.#states.slice(lowest, highest + 1).some((records) => fits(read, records))) return;
    if (this.#isMixed(read, lowest, highest)) this.#mixed++;
    else this.#violation(read.entry, read.view.unit, `${expected(read, this.#states[highest] ?? new Map())}`);
  }

  /**
   * Whether a read may give a folder partly as before a commit and partly as after it, or a record that was
   * moved from a place that a commit has changed since. The session's own commit will tell.
   */
  #isMixed({ entry: { call, outcome }, view }: Read, lowest: number, highest: number): boolean {
    if (isFailure(outcome)) return false;
    const folders = new Set("folder" in call ? [canonical(call.folder)] : []);
    const isTouched = (since: number, what: Pick<View, "names" | "folders">) =>
      this.#commits.slice(since, highest).some(({ changes }) => touches(changes, what, new Map()));
    const none = new Set<string>();
    return (
      isTouched(lowest, { names: none, folders }) ||
      isTouched(this.#beginning(view).lowest, { names: view.moved, folders: none })
    );
  }

  /** What a read has left out in each of the states that it may have met is in the log. */
  #judgeSkips(read: Read): void {
    const { entry, view } = read;
    const { lowest, highest } = this.#rangeOf(read);
    const [first = [], ...others] = this.#states
      .slice(lowest, highest + 1)
      .map((records) => leftOut(read, records));
    const always = first.filter((name) => others.every((names) => names.includes(name)));
    const isTold = (name: string) =>
      this.#trace.skipped.some(
        (line) =>
          line.process === view.unit.process &&
          line.name === name &&
          entry.began < line.moment &&
          line.moment < entry.ended,
      );
    for (const name of always)
      if (!isTold(name))
        this.#violation(entry, view.unit, `a line in the log for ${name}, which it leaves out`);
  }

  /** What the log says was left out cannot be read. */
  #judgeLog(): void {
    const names = new Set(this.#trace.skipped.map(({ name }) => name));
    for (const name of names)
      if (
        !this.#reads.some((read) => this.#states.some((records) => mayLeaveOut(read, records).includes(name)))
      )
        this.#violations.push(`${name} was left out, which can be read`);
  }

  #rangeOf({ entry, view }: Read): Range {
    const known = (commit: Commit) =>
      commit.ended < entry.began && commit.attempt?.view.unit.process === view.unit.process;
    // What the session's changes answer may come before its view has begun.
    const isBegun = view.first !== undefined && view.first.began <= entry.began;
    const begun = isBegun ? this.#beginning(view).lowest : 0;
    const lowest = Math.max(begun, this.#commits.findLastIndex(known) + 1);
    return { lowest, highest: this.#begunBefore(entry.ended) };
  }

  /** The states with which a view may have begun. */
  #beginning({ first, former }: View): Range {
    const own = former === undefined ? 0 : this.#placeOf(former) + 1;
    const since = first?.began ?? 0;
    const ended = this.#commits.findLastIndex((commit) => commit.ended < since) + 1;
    return {
      lowest: Math.max(own, ended),
      highest: this.#begunBefore(first?.ended ?? Number.POSITIVE_INFINITY),
    };
  }

  /** How many commits may have been made by then. */
  #begunBefore(moment: number): number {
    return this.#commits.findLastIndex(({ admitted }) => admitted < moment) + 1;
  }

  #placeOf({ entry }: Attempt): number {
    return this.#commits.findIndex(({ attempt }) => attempt?.entry === entry);
  }

  #judgeAttempt(attempt: Attempt): void {
    const { entry, view } = attempt;
    const code = codeOf(entry.outcome);
    if (code === undefined) this.#judgeSuccess(attempt);
    else if (code === "BABA_CONFLICT") this.#judgeConflict(attempt);
    else if (!this.#isRefused(entry, view.unit) && !isExcused(this.#trace, { ...view.unit, ...entry }))
      this.#violation(entry, view.unit, "a commit that stands or meets a conflict");
  }

  /** What a callback's run had not awaited when it failed is refused. */
  #isRefused({ outcome }: Entry, unit: Unit): boolean {
    const failed = ({ units, outcome }: Rerun) => unit !== units.at(-1) || codeOf(outcome) !== undefined;
    const rerun = this.#trace.reruns.find(({ units }) => units.includes(unit));
    return codeOf(outcome) === "BABA_SESSION_CLOSED" && rerun !== undefined && failed(rerun);
  }

  /** Serial: all that was read is as in the records directly before the commit. */
  #judgeSuccess(attempt: Attempt): void {
    const { entry, view, reads, changes } = attempt;
    if (view.first === undefined) return;
    // What the holder of a lost lock writes is refused.
    if (changes.size === 0 && isBlind(this.#trace, { ...view.unit, ...entry })) return;
    const answered = reads.filter(({ entry }) => !isExcused(this.#trace, { ...view.unit, ...entry }));
    const own = this.#placeOf(attempt);
    const { lowest, highest } = this.#beginning(view);
    const from =
      changes.size > 0
        ? own
        : Math.max(lowest, this.#commits.findLastIndex((other) => other.ended < entry.began) + 1);
    const to = changes.size > 0 ? own : this.#begunBefore(entry.ended);
    for (let place = from; place <= to; place++) {
      // What was refused is not read.
      const isWhole = answered.length === reads.length;
      const isTouched =
        isWhole &&
        this.#commits
          .slice(highest, place)
          .some((other) => !other.isUpkeep && touches(other.changes, view, changes));
      if (!isTouched && answered.every((read) => fits(read, this.#states[place] ?? new Map()))) return;
    }
    const stale = answered.find((read) => !fits(read, this.#states[from] ?? new Map()));
    const read = stale === undefined ? "" : ` of ${JSON.stringify(stale.entry)}`;
    this.#violation(entry, view.unit, `a conflict, as a later commit touched what was read${read}`);
  }

  /** A conflict needs a commit that touched what was read; or another process that emptied the journal. */
  #judgeConflict({ entry, view, changes }: Attempt): void {
    this.#conflicts++;
    if (view.isEntered || isBlind(this.#trace, { ...view.unit, ...entry })) return;
    const { lowest } = this.#beginning(view);
    const first = view.first?.began ?? Number.POSITIVE_INFINITY;
    // Those that are judged together are admitted later, or never if their process is killed then.
    const met = [...this.#commits.slice(lowest), ...this.#absent.filter(({ admitted }) => admitted > first)];
    const since = view.first === undefined ? [] : met.filter(({ began }) => began < entry.ended);
    if (since.some((other) => touches(other.changes, view, changes))) return;
    // So it is with those whose process was killed before they were even admitted.
    const isUnheard = ({ entry: other, view: { unit } }: Attempt) =>
      isExcused(this.#trace, { ...unit, ...other }) &&
      unit.process === view.unit.process &&
      other.began < entry.ended &&
      other.ended > first;
    const unheard = view.first === undefined ? [] : this.#attempts.filter(isUnheard);
    if (unheard.some((other) => touches(other.changes, view, changes))) return;
    const isForgotten = (turnover: Turnover) =>
      turnover.process !== view.unit.process &&
      turnover.ended > (view.first?.began ?? 0) &&
      turnover.began < entry.ended &&
      this.#begunBefore(Math.min(turnover.ended, entry.ended)) > lowest;
    if (view.first !== undefined && this.#trace.turnovers.some(isForgotten)) this.#spared++;
    else this.#violation(entry, view.unit, "a commit that stands: nothing that was read has been touched");
  }

  /** A callback runs again only after a conflict before its first commit, and the last time under the lock. */
  #judgeRerun(rerun: Rerun): void {
    if (isExcused(this.#trace, rerun)) return;
    const { retries, fails, units, outcome } = rerun;
    const last = units.at(-1);
    const code = codeOf(outcome);
    const hasCommitted = (unit: Unit | undefined) =>
      unit?.entries
        .slice(0, -1)
        .some(({ call, outcome }) => call.kind === "commit" && codeOf(outcome) === undefined) ?? false;
    const mayConflict = retries === 0 || hasCommitted(last);
    const isRight =
      units.length <= retries + 1 &&
      !units.slice(0, -1).some(hasCommitted) &&
      (code === undefined ? !fails : code === "FAILURE" ? fails : code === "BABA_CONFLICT" && mayConflict);
    if (!isRight)
      this.#violations.push(
        `a callback with ${retries} retries ran ${units.length} times: ${describe(outcome)}`,
      );
  }

  /** Upkeep finds every record that was there all the time, none that never was, and no fault but of seals. */
  #judgeUpkeep(tended: Tended): void {
    const { upkeep, process, began, ended, outcome } = tended;
    if (isUpkeepExcused(this.#trace, tended)) return;
    const first = this.#commits.findLastIndex((commit) => commit.ended < began) + 1;
    const states = this.#states.slice(first, this.#begunBefore(ended) + 1);
    if ("texts" in outcome && isFound(tended, outcome.texts, states)) return;
    this.#violations.push(`${upkeep} of process ${process}: found ${describe(outcome)}`);
  }

  #violation(entry: Entry, unit: Unit, wanted: string): void {
    const session = `session ${this.#trace.units.indexOf(unit)} of process ${unit.process}`;
    const found = `${describe(entry.outcome)}${entry.rows.map(({ filename, text }) => `\n    ${filename} ${text}`).join("")}`;
    this.#violations.push(
      `${session}: ${JSON.stringify(entry.call)}\n  expected ${wanted}\n  found ${found}`,
    );
  }
}
