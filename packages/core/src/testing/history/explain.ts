import type { Anomaly, AnomalyKind } from "./anomaly.ts";
import type { Hop } from "./cycles.ts";
import { type Note, PROCESS, REAL_TIME, RW, WR, WW } from "./graph.ts";
import type { Transaction } from "./history.ts";
import { listOf, type Observed } from "./observe.ts";

/** Names a cycle by its dependencies and describes it in words. */
export function explainCycle(observed: Observed, cycle: readonly Hop[]): Anomaly {
  const nameOf = (node: number): string => observed.nodes[node]?.id ?? String(node);
  const transactions = cycle.map(({ from }) => nameOf(from));
  const reasons = cycle.map((hop) => sentence(observed, hop));
  const round = [...transactions, transactions[0]].join(" before ");
  return { kind: kindOf(cycle), transactions, explanation: `${reasons.join("; ")}; so ${round}` };
}

function kindOf(cycle: readonly Hop[]): AnomalyKind {
  const count = (kind: number): number => cycle.filter((hop) => hop.kind === kind).length;
  if (count(REAL_TIME) > 0) return "real-time";
  if (count(PROCESS) > 0) return "process-order";
  if (count(RW) === 0) return count(WR) === 0 ? "G0" : "G1c";
  if (count(RW) === 1) return "G-single";
  return cycle.some((hop) => hop.kind === RW && hop.note?.order.listing) ? "G2" : "G2-item";
}

function sentence(observed: Observed, hop: Hop): string {
  const [from, to] = [observed.nodes[hop.from], observed.nodes[hop.to]];
  if (from === undefined || to === undefined) return "";
  if (hop.kind === REAL_TIME) {
    return `${from.id} completed (at ${from.complete}) before ${to.id} began (at ${to.start})`;
  }
  if (hop.kind === PROCESS) return `${from.id} came before ${to.id} in client ${from.process}`;
  return hop.note === undefined ? "" : dependency(from, to, hop.kind, hop.note);
}

function dependency(from: Transaction, to: Transaction, kind: number, note: Note): string {
  const { key } = note.order;
  if (kind === WW) {
    const [before, after] = [lastAppend(from, note, note.version), firstAppend(to, note, note.version)];
    return `${to.id} appended ${after} to ${key} after ${from.id}'s ${before}`;
  }
  if (kind === WR) {
    const seen =
      note.stray === undefined ? lastAppend(from, note, note.version) : strayAppend(from, note, true);
    return `${to.id} read ${readOf(to, key)} of ${key} with ${from.id}'s ${seen}`;
  }
  const missed =
    note.stray === undefined ? firstAppend(to, note, note.version) : strayAppend(to, note, false);
  return `${from.id} read ${readOf(from, key)} of ${key}, and ${to.id} appended ${missed} to it after that`;
}

function readOf(transaction: Transaction, key: string): string {
  for (const operation of transaction.operations) {
    if (operation.kind === "read" && operation.key === key) return listOf(operation.result ?? []);
  }
  return listOf([]);
}

function lastAppend(transaction: Transaction, { order }: Note, version: number): number | undefined {
  return appendsTo(transaction, order.key).findLast(
    (value) => (order.position.get(value) ?? version) < version,
  );
}

function firstAppend(transaction: Transaction, { order }: Note, version: number): number | undefined {
  return appendsTo(transaction, order.key).find((value) => (order.position.get(value) ?? -1) >= version);
}

/** For a listing that is no version: an append that it contains, or one that it lacks. */
function strayAppend(transaction: Transaction, { order, stray }: Note, held: boolean): number | undefined {
  return appendsTo(transaction, order.key).find((value) => stray?.has(value) === held);
}

function appendsTo(transaction: Transaction, key: string): number[] {
  return transaction.operations.flatMap((operation) =>
    operation.kind === "append" && operation.key === key ? [operation.value] : [],
  );
}
