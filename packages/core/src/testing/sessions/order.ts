import { applied, type Pending, type Records } from "./reference.ts";
import { codeOf } from "./trace.ts";
import type { Attempt } from "./views.ts";
import { type Admitted, textOfChanges } from "./witness.ts";

/** A commit that changed something, and when it was admitted. */
export type Commit = Attempt & { readonly admitted: number };

/** All commits that stand in their order, and the records before and after each of them. */
export type Serial = {
  readonly commits: readonly Commit[];
  readonly states: readonly Records[];
  /** Commits that were acknowledged and never made. */
  readonly missing: readonly Attempt[];
};

/** Puts the commits that were acknowledged in the order in which they were admitted. */
export function inOrder(attempts: readonly Attempt[], admitted: readonly Admitted[]): Serial {
  const left = attempts.filter(
    ({ entry, changes }) => changes.size > 0 && codeOf(entry.outcome) === undefined,
  );
  left.sort((a, b) => a.entry.ended - b.entry.ended);
  const commits: Commit[] = [];
  const states: Records[] = [new Map()];
  for (const { text, moment } of admitted) {
    const records = states.at(-1) ?? new Map();
    const own = left.findIndex(
      ({ entry, changes }) =>
        entry.began < moment && moment < entry.ended && textOfChanges(numbers(changes, records)) === text,
    );
    const [attempt] = own < 0 ? [] : left.splice(own, 1);
    if (attempt === undefined) continue;
    commits.push({ ...attempt, admitted: moment });
    states.push(applied(records, attempt.changes));
  }
  return { commits, states, missing: left };
}

/** What changes write to each name, given the records. */
function numbers(changes: Pending, records: Records): Map<string, number | undefined> {
  return new Map([...changes].map(([name, source]) => [name, source?.(records)?.n]));
}
