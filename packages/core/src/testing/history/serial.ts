import type { PlannedOperation } from "./generator.ts";
import { isListingKey, type Operation, type Transaction } from "./history.ts";

/** The state of a database that holds lists of numbers. */
type Lists = ReadonlyMap<string, readonly number[]>;

/**
 * Runs planned transactions one after another in memory: the history of a faultless database. Transaction `i`
 * takes effect at `10 * i`, and its start and completion lie up to `slack` before and after that.
 */
export function runSerially(
  plans: Iterable<readonly PlannedOperation[]>,
  random: () => number,
  slack: number,
): Transaction[] {
  const lists = new Map<string, readonly number[]>();
  const freeAt: number[] = [];
  return [...plans].map((plan, i) => {
    const start = 10 * i - random() * slack;
    const complete = 10 * i + random() * slack;
    const free = freeAt.findIndex((time) => time <= start);
    const client = free < 0 ? freeAt.length : free;
    freeAt[client] = complete;
    const operations = plan.map((operation): Operation => {
      const before = lists.get(operation.key);
      if (operation.kind === "read") return { ...operation, result: before };
      lists.set(operation.key, [...(before ?? []), operation.value]);
      return operation;
    });
    return { process: `c${client}`, id: `T${i}`, start, complete, operations, outcome: "committed" };
  });
}

/**
 * The checker's oracle, for histories of a few transactions: tries every order that real time and the clients
 * allow, with and without each transaction of unknown outcome, and replays it.
 */
export function isStrictlySerializable(history: readonly Transaction[]): boolean {
  const alive = history.filter(({ outcome }) => outcome !== "aborted");
  return canFinish(alive, new Map());
}

function canFinish(left: readonly Transaction[], lists: Lists): boolean {
  if (left.every(({ outcome }) => outcome === "unknown")) return true;
  return left.some((next) => {
    if (left.some((other) => other !== next && mustPrecede(other, next))) return false;
    const after = replay(next, lists);
    return (
      after !== undefined &&
      canFinish(
        left.filter((other) => other !== next),
        after,
      )
    );
  });
}

function mustPrecede(a: Transaction, b: Transaction): boolean {
  if (a.outcome === "unknown") return false;
  return a.complete < b.start || (a.process === b.process && a.start < b.start);
}

function replay(transaction: Transaction, lists: Lists): Lists | undefined {
  const after = new Map(lists);
  for (const operation of transaction.operations) {
    const before = after.get(operation.key) ?? [];
    if (operation.kind === "append") after.set(operation.key, [...before, operation.value]);
    else if (!sameList(operation.key, before, operation.result ?? [])) return undefined;
  }
  return after;
}

function sameList(key: string, a: readonly number[], b: readonly number[]): boolean {
  const inOrder = (list: readonly number[]): readonly number[] =>
    isListingKey(key) ? [...list].sort((x, y) => x - y) : list;
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}
