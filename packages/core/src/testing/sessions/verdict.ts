/** What a trace has shown: how often what happened, and what may not have. */
export type Verdict = {
  readonly calls: number;
  readonly commits: number;
  readonly conflicts: number;
  /** Conflicts of sessions that nothing was changed under: another process had emptied the journal. */
  readonly spared: number;
  /** Reads beside a commit, that show some records as before and others as after it. */
  readonly mixed: number;
  /** Calls whose process was killed before they ended. */
  readonly cutOff: number;
  /** How often work on the whole store was done. */
  readonly tended: number;
  /** Commits that nobody was told of, and that stand or may do so. */
  readonly unheard: number;
  /** How many power cuts there were, and how many commits they have taken with them at least. */
  readonly cuts: number;
  readonly lost: number;
  /** How many records were damaged, and how often reads have left such a one out. */
  readonly damaged: number;
  readonly skipped: number;
  readonly violations: readonly string[];
};

/** What programs have shown together. */
export type SessionTotals = Omit<Verdict, "violations">;

export const NOTHING: SessionTotals = {
  calls: 0,
  commits: 0,
  conflicts: 0,
  spared: 0,
  mixed: 0,
  cutOff: 0,
  tended: 0,
  unheard: 0,
  cuts: 0,
  lost: 0,
  damaged: 0,
  skipped: 0,
};

export function added(a: SessionTotals, b: SessionTotals): SessionTotals {
  return {
    calls: a.calls + b.calls,
    commits: a.commits + b.commits,
    conflicts: a.conflicts + b.conflicts,
    spared: a.spared + b.spared,
    mixed: a.mixed + b.mixed,
    cutOff: a.cutOff + b.cutOff,
    tended: a.tended + b.tended,
    unheard: a.unheard + b.unheard,
    cuts: a.cuts + b.cuts,
    lost: a.lost + b.lost,
    damaged: a.damaged + b.damaged,
    skipped: a.skipped + b.skipped,
  };
}
