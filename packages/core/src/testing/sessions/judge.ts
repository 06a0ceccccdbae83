import { type End, endsOf, erasOf, NEW_STORE } from "./eras.ts";
import { judgements } from "./judging.ts";
import type { Interruption, Trace } from "./trace.ts";
import { added, NOTHING, type Verdict } from "./verdict.ts";

/**
 * Compares everything that happened with the reference. What was there when a power cut ended all sessions is not
 * known for certain: each state that the cut may have left is one in which the rest can have begun.
 */
export function judge(trace: Trace): Verdict {
  let begins: readonly End[] = [NEW_STORE];
  let sum: Verdict = { ...NOTHING, violations: [] };
  for (const era of erasOf(trace)) {
    const { verdict, ends } = judgeEra(era.trace, begins, era.interruption);
    sum = { ...added(sum, verdict), violations: verdict.violations };
    if (verdict.violations.length > 0) break;
    begins = ends;
  }
  return sum;
}

/** The best that can be said of an era, and with what the next can begin; nothing comes after the last. */
function judgeEra(
  trace: Trace,
  begins: readonly End[],
  interruption: Interruption | undefined,
): { readonly verdict: Verdict; readonly ends: readonly End[] } {
  let best: Verdict | undefined;
  const ends = new Map<string, End>();
  for (const begin of begins)
    for (const { verdict, serial } of judgements(trace, begin.records)) {
      if (best === undefined || verdict.violations.length < best.violations.length) best = verdict;
      if (verdict.violations.length > 0) continue;
      if (interruption === undefined) return { verdict: { ...verdict, lost: begin.lost }, ends: [] };
      for (const [text, end] of endsOf(serial, interruption, begin))
        if (end.lost < (ends.get(text)?.lost ?? Number.POSITIVE_INFINITY)) ends.set(text, end);
    }
  if (best === undefined) throw new RangeError("there is no order of the commits");
  return {
    verdict: { ...best, ...shownBy(interruption, ends.size, best.violations) },
    ends: [...ends.values()],
  };
}

function shownBy(
  interruption: Interruption | undefined,
  ends: number,
  violations: readonly string[],
): Partial<Verdict> {
  const isUnknown = interruption !== undefined && ends === 0 && violations.length === 0;
  return {
    cuts: interruption?.isCut ? 1 : 0,
    damaged: interruption?.damaged.size ?? 0,
    violations: isUnknown
      ? [`no record was there to be damaged: ${[...interruption.damaged.keys()]}`]
      : violations,
  };
}
