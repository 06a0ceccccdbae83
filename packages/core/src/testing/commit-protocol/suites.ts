import { type CrashReport, enumerateCrashes } from "../simulation/enumerate.ts";
import { type FaultReport, injectFaults } from "../simulation/faults.ts";
import { SeededRandom } from "../simulation/random.ts";
import { type BankReport, runBank } from "./bank.ts";
import type { ProtectionKind } from "./protection.ts";
import { Scenario } from "./scenario.ts";

/** What the power cuts of several scenarios have shown, in numbers. */
export type CrashTotals = {
  readonly visited: number;
  readonly distinct: number;
  readonly violations: readonly string[];
};

/** The number of commits of each of a scenario's storages. */
const SIZES = [2, 3, 2];
const STATES_OF_A_POINT = 24;
const SECOND_CRASHES = { oneIn: 8, limit: 6 };

/**
 * Cuts the power in the commit protocol, at every moment of one scenario after another, and again within the
 * recoveries, until that many states were visited. Stops at the first scenario with a violation.
 *
 * @example
 * ```ts
 * import { crashStore } from "@baba/core/testing";
 * const totals = await crashStore(100, 1);
 * console.log(totals.visited, totals.violations); // 100 []
 * ```
 */
export async function crashStore(
  states: number,
  seed: number,
  progress: (totals: CrashTotals) => void = () => {},
): Promise<CrashTotals> {
  let totals: CrashTotals = { visited: 0, distinct: 0, violations: [] };
  for (let scenario = seed; totals.visited < states && totals.violations.length === 0; scenario++) {
    const { workload, check } = new Scenario(new SeededRandom(scenario), SIZES, protectionIn(scenario));
    const report = await enumerateCrashes({
      workload,
      check,
      seed: scenario,
      limit: STATES_OF_A_POINT,
      second: SECOND_CRASHES,
      most: states - totals.visited,
    });
    totals = added(totals, report, scenario);
    progress(totals);
  }
  return totals;
}

function added(totals: CrashTotals, report: CrashReport, scenario: number): CrashTotals {
  const violations = report.violations.map(
    ({ message, at, operations, image }) =>
      `scenario ${scenario}, ${JSON.stringify(at)}: ${message}\n${operations.slice(-12).join("\n")}\n${image}`,
  );
  return {
    visited: totals.visited + report.visited + report.secondVisited,
    // States of different scenarios differ, as their commits do.
    distinct: totals.distinct + report.distinct + report.secondDistinct,
    violations: [...totals.violations, ...violations],
  };
}

/** Cuts the power while a store gets its key file and first commits, until that many states were visited. */
export async function crashNewKeyFile(states: number, seed: number): Promise<CrashTotals> {
  const { workload, check } = new Scenario(new SeededRandom(seed), [1, 1], "passphrase");
  const report = await enumerateCrashes({
    workload,
    check,
    seed,
    limit: STATES_OF_A_POINT,
    second: SECOND_CRASHES,
    most: states,
  });
  return added({ visited: 0, distinct: 0, violations: [] }, report, seed);
}

/** Some scenarios have a sealed store, and some of those make a key file. */
function protectionIn(scenario: number): ProtectionKind {
  if (scenario % 4 !== 2) return "none";
  return scenario % 16 === 6 ? "passphrase" : "key";
}

/**
 * Makes every step of a scenario fail in every way, once and then persistently.
 *
 * @example
 * ```ts
 * import { failStore } from "@baba/core/testing";
 * // Not called here: it takes some ten seconds.
 * const isSafe = async (seed: number): Promise<boolean> => (await failStore(seed)).violated === 0;
 * ```
 */
export function failStore(seed: number): Promise<FaultReport> {
  const { workload, check } = new Scenario(new SeededRandom(seed), SIZES, protectionIn(seed));
  return injectFaults({ workload, check, seed, limit: 3 });
}

/**
 * Runs worlds of three tellers with pauses, deaths and power cuts, one for each seed.
 *
 * @throws {SimulationError}
 * @example
 * ```ts
 * import { runBanks } from "@baba/core/testing";
 * const { transfers } = await runBanks(1, 42);
 * console.log(transfers > 0); // true
 * ```
 */
export async function runBanks(worlds: number, seed: number): Promise<BankReport> {
  let total: BankReport = { steps: 0, transfers: 0 };
  for (let world = 0; world < worlds; world++) {
    const { steps, transfers } = await runBank(seed + world, {
      tellers: 3,
      transfers: 4,
      pauses: { chance: 0.01, most: 4 },
      deaths: { chance: 0.01, most: 4 },
      reboots: { chance: 0.003, most: 2 },
      protection: (seed + world) % 3 === 0 ? "key" : "none",
    });
    total = { steps: total.steps + steps, transfers: total.transfers + transfers };
  }
  return total;
}
