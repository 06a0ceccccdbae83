import type { Serial } from "./order.ts";
import type { Records } from "./reference.ts";
import { codeOf, type Interruption, type Trace } from "./trace.ts";

/** What an interruption may have left, and how many commits have been lost by then. */
export type End = { readonly records: Records; readonly lost: number };
export const NEW_STORE: End = { records: new Map(), lost: 0 };

/** What happened between two interruptions, and the one that came after it. */
export type Era = { readonly trace: Trace; readonly interruption: Interruption | undefined };

/** No session lives on from one of them to the next. */
export function* erasOf(trace: Trace): Generator<Era> {
  let began = 0;
  for (const interruption of [...trace.interruptions, undefined]) {
    const ended = interruption?.moment ?? Number.POSITIVE_INFINITY;
    yield { trace: within(trace, began, ended), interruption };
    began = ended;
  }
}

function within(trace: Trace, from: number, to: number): Trace {
  const isWithin = ({ began }: { readonly began: number }) => from <= began && began < to;
  const isSealing = ({ upkeep, outcome }: Trace["upkeep"][number]) =>
    upkeep === "seal" && codeOf(outcome) === undefined;
  return {
    ...trace,
    units: trace.units.filter(({ entries }) => entries.some(isWithin)),
    turnovers: trace.turnovers.filter(isWithin),
    reruns: trace.reruns.filter(isWithin),
    upkeep: trace.upkeep.filter(isWithin),
    skipped: trace.skipped.filter(({ moment }) => isWithin({ began: moment })),
    admitted: trace.admitted.filter(({ moment }) => isWithin({ began: moment })),
    isSealed: trace.upkeep.some((tended) => isSealing(tended) && tended.ended < from),
  };
}

/**
 * With what a history may end, before it goes on. A power cut may take commits that do not promise more: the newest
 * ones, and only those after the last other one. Only what is there can have been damaged.
 */
export function* endsOf(
  { commits, states }: Serial,
  { isCut, damaged }: Interruption,
  { lost }: End,
): Generator<[string, End]> {
  const durable = commits.findLastIndex(({ attempt }) => attempt?.view.unit.isDurable) + 1;
  for (let end = states.length - 1; end >= (isCut ? durable : commits.length); end--) {
    const left = states[end] ?? new Map();
    if (![...damaged.keys()].every((name) => left.has(name))) continue;
    const records = new Map([...left, ...damaged]);
    const gone = commits.slice(end).filter(({ isUpkeep }) => !isUpkeep).length;
    yield [textOf(records), { records, lost: lost + gone }];
  }
}

/** Writes, and so records, are told apart by their numbers. */
function textOf(records: Records): string {
  return JSON.stringify([...records].map(([name, { n }]) => [name, n]).sort());
}
