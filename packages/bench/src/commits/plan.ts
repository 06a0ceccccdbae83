import type { EngineName } from "./engines.ts";

/** How much is measured. */
export type Plan = {
  readonly rounds: number;
  /** Records of a commit, and how many commits of them one process makes. */
  readonly sizes: readonly { readonly size: number; readonly commits: number }[];
  readonly bursts: number;
};

/** Commits made at once where the sharing of syncs is measured. */
export const BURST = 16;

/** The whole measurement. */
export const FULL: Plan = {
  rounds: 5,
  sizes: [
    { size: 1, commits: 60 },
    { size: 100, commits: 10 },
    { size: 1000, commits: 2 },
    { size: 10_000, commits: 1 },
  ],
  bursts: 20,
};

/** The same in small: whether it runs, not how fast anything is. */
export const QUICK: Plan = {
  rounds: 2,
  sizes: [
    { size: 1, commits: 20 },
    { size: 100, commits: 5 },
    { size: 1000, commits: 1 },
  ],
  bursts: 5,
};

/** The names in an order that differs from round to round, so that none always follows the same one. */
export function inTurn(names: readonly EngineName[], round: number): EngineName[] {
  const from = (round * 4) % names.length;
  return [...names.slice(from), ...names.slice(0, from)];
}
