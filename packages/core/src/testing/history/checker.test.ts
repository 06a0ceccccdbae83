import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkHistory } from "./checker.ts";
import { seededRandom, workload } from "./generator.ts";
import type { Operation, Transaction } from "./history.ts";
import { PLANTED_HISTORIES } from "./planted.ts";
import { isStrictlySerializable, runSerially } from "./serial.ts";

type Random = () => number;

function validHistory(seed: number, transactions: number, slack: number, lifetime = 1000): Transaction[] {
  const shape = { longest: 4, keys: 3, lifetime, reads: 0.5, listings: 0.3 };
  return runSerially(
    workload({ seed, worker: 0, workers: 1, transactions, ...shape }),
    seededRandom(seed),
    slack,
  );
}

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}

/** The history with the result of one read replaced; `undefined` if no read can be. */
function withOneRead(
  history: readonly Transaction[],
  random: Random,
  change: (key: string, result: readonly number[]) => readonly number[] | undefined,
): Transaction[] | undefined {
  const places = history.flatMap((transaction) =>
    transaction.operations.flatMap((operation, at) => {
      if (operation.kind !== "read") return [];
      const result = change(operation.key, operation.result ?? []);
      return result === undefined ? [] : [{ transaction, at, read: { ...operation, result } }];
    }),
  );
  const place = pick(places, random);
  if (place === undefined) return undefined;
  return history.map((transaction) =>
    transaction === place.transaction
      ? { ...transaction, operations: transaction.operations.with(place.at, place.read) }
      : transaction,
  );
}

const CORRUPTIONS: Record<
  string,
  (random: Random) => (key: string, result: readonly number[]) => readonly number[] | undefined
> = {
  "drops an append": (random) => (_key, result) =>
    result.length === 0 ? undefined : result.toSpliced(Math.floor(random() * result.length), 1),
  "swaps two appends": () => (key, result) => {
    const [last, before] = [result.at(-1), result.at(-2)];
    if (key.endsWith("/") || last === undefined || before === undefined) return undefined;
    return [...result.slice(0, -2), last, before];
  },
  "is stale": (random) => (_key, result) =>
    result.length === 0 ? undefined : result.slice(0, Math.floor(random() * result.length)),
  "repeats a number": () => (_key, result) => (result[0] === undefined ? undefined : [...result, result[0]]),
  "holds garbage": () => (_key, result) => [...result, 1e9],
};

/** A few transactions that may be right, or wrong in any way. */
function perturbed(seed: number): Transaction[] {
  const random = seededRandom(seed);
  const shape = { longest: 3, keys: 2, lifetime: 100, reads: 0.55, listings: 0.4 };
  const plans = workload({
    seed,
    worker: 0,
    workers: 1,
    transactions: 2 + Math.floor(random() * 5),
    ...shape,
  });
  let history = runSerially(plans, random, random() * 60).map((transaction): Transaction => {
    const fate = random();
    return fate < 0.7 ? transaction : { ...transaction, outcome: fate < 0.85 ? "unknown" : "aborted" };
  });
  const names = Object.keys(CORRUPTIONS).slice(0, 3);
  for (let faults = Math.floor(random() * 4); faults > 0; faults--) {
    const corrupt = CORRUPTIONS[pick(names, random) ?? ""]?.(random);
    if (corrupt !== undefined) history = withOneRead(history, random, corrupt) ?? history;
  }
  return history;
}

describe("checkHistory() finds each planted fault as what it is", () => {
  test.each(PLANTED_HISTORIES)("$kind: $title", ({ kind, history }) => {
    const kinds = checkHistory(history).anomalies.map((anomaly) => anomaly.kind);
    expect(kinds).toEqual(kind === undefined ? [] : [kind]);
  });
});

describe("checkHistory()", () => {
  test("agrees with the search of all orders, on right and wrong histories alike", () => {
    let wrong = 0;
    const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(seeds, (seed) => {
        const history = perturbed(seed);
        const right = isStrictlySerializable(history);
        if (!right) wrong++;
        const { anomalies } = checkHistory(history);
        expect(anomalies.length === 0, JSON.stringify({ history, anomalies }, null, 1)).toBe(right);
      }),
      { numRuns: 5000 },
    );
    expect(wrong).toBeGreaterThan(1000);
    expect(wrong).toBeLessThan(4000);
  });

  test("passes serial executions whose transactions overlap in real time", () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    const slacks = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(seeds, slacks, (seed, slack) => {
        expect(checkHistory(validHistory(seed, 200, slack)).anomalies).toEqual([]);
      }),
    );
  });

  test.each(Object.keys(CORRUPTIONS))("finds the one read of a serial history that %s", (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const random = seededRandom(seed);
        const corrupted = withOneRead(
          validHistory(seed, 60, 0),
          random,
          CORRUPTIONS[name]?.(random) ?? (() => undefined),
        );
        fc.pre(corrupted !== undefined);
        expect(checkHistory(corrupted).anomalies.length).toBeGreaterThan(0);
      }),
    );
  });

  test("checks 20,000 transactions and finds the one stale read among them", () => {
    const history = validHistory(1, 20_000, 100, 50);
    expect(checkHistory(history)).toEqual({ transactions: 20_000, anomalies: [] });
    const stale = withOneRead(history.slice(0, 19_000), seededRandom(1), (_key, result) =>
      result.length < 30 ? undefined : result.slice(0, 2),
    );
    const { anomalies } = checkHistory([...(stale ?? []), ...history.slice(19_000)]);
    expect(anomalies.length).toBe(1);
  });

  test("judges a history in which everything is entangled", () => {
    const append = (key: string, value: number): Operation => ({ kind: "append", key, value });
    const skewed = Array.from(
      { length: 20_000 },
      (_, i): Transaction => ({
        process: `c${i}`,
        id: `T${i}`,
        start: 0,
        complete: 1,
        outcome: "committed",
        operations: [{ kind: "read", key: "d/", result: [] }, append("d/", i), append(`k${i}`, i)],
      }),
    );
    const { anomalies } = checkHistory(skewed);
    expect(anomalies.map(({ kind, transactions }) => [kind, transactions.length])).toEqual([["G2", 2]]);
  });

  test("explains the shortest cycle in words", () => {
    const skew = PLANTED_HISTORIES.find(({ title }) => title === "one key before and one after");
    expect(checkHistory(skew?.history ?? []).anomalies).toEqual([
      {
        kind: "G-single",
        transactions: ["T2", "T1"],
        explanation:
          "T2 read [] of x, and T1 appended 1 to it after that; T2 read [1] of y with T1's 1; so T2 before T1 before T2",
      },
    ]);
  });

  test("explains listings that are no version of each other", () => {
    const fork = PLANTED_HISTORIES.find(({ title }) => title === "a long fork of listings");
    const explanation = checkHistory(fork?.history ?? []).anomalies[0]?.explanation;
    expect(explanation).toContain("T4 read [2] of d/ with T2's 2");
    expect(explanation).toContain("T4 read [2] of d/, and T1 appended 1 to it after that");
  });

  test("refuses a number appended twice and clients that overlap", () => {
    const operations: Operation[] = [{ kind: "append", key: "x", value: 1 }];
    const one: Transaction = {
      process: "a",
      id: "T1",
      start: 1,
      complete: 5,
      outcome: "committed",
      operations,
    };
    expect(() => checkHistory([one, { ...one, process: "b", id: "T2" }])).toThrow(
      /T1 and T2 appended 1 to x/,
    );
    expect(() => checkHistory([one, { ...one, id: "T2", start: 2, operations: [] }])).toThrow(/overlap/);
  });
});
