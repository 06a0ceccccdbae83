import { readFileSync } from "node:fs";
import * as v from "valibot";
import { LedgerLine } from "./model.ts";

/** Records' versions by name. */
export type State = ReadonlyMap<string, number>;

/** The possible states after these ledgers: all acknowledged commits, perhaps with the last attempt. */
export function statesAfter(ledgers: readonly string[]): readonly string[] {
  let acknowledged = new Map<string, number>();
  let tried: State[] = [];
  for (const { state, changes } of ledgers.flatMap(linesOf)) {
    const next = new Map(acknowledged);
    for (const [name, version] of Object.entries(changes)) {
      if (version === null) next.delete(name);
      else next.set(name, version);
    }
    if (state === "acknowledged") acknowledged = next;
    tried = state === "acknowledged" ? [] : [next];
  }
  return [acknowledged, ...tried].map((state) => describe(Object.fromEntries(state)));
}

/** Returns equal strings for equal states. */
export function describe(items: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(items).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function linesOf(ledger: string): v.InferOutput<typeof LedgerLine>[] {
  const lines = readFileSync(ledger, "utf8").split("\n");
  lines.pop();
  return lines.map((line) => v.parse(LedgerLine, JSON.parse(line)));
}
