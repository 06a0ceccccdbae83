import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONCURRENT, type EngineName } from "./engines.ts";
import { median } from "./figures.ts";
import { BURST, inTurn, type Plan } from "./plan.ts";
import { IN_PYTHON, runBursts, runTrial } from "./run-trial.ts";
import type { BurstOutcome, Outcome } from "./trial.ts";

/** With its `+T`, ext4 spreads the folders below one over the disk; elsewhere it fails or is not there, and nothing is lost. */
const SPREAD = "chattr";

/** The outcomes of one engine at one size, one a round. */
export type Cell = {
  readonly size: number;
  readonly engine: EngineName;
  readonly outcomes: readonly Outcome[];
};

/** The outcomes of an engine's bursts, one a round. */
export type BurstCell = { readonly engine: EngineName; readonly outcomes: readonly BurstOutcome[] };

/** Everything that was measured. */
export type Measurement = { readonly cells: readonly Cell[]; readonly bursts: readonly BurstCell[] };

/**
 * A folder for everything that is written. Nothing in it is removed before the end: a file system may
 * be slow to create where much was just deleted.
 */
export class Ground {
  readonly root: string = mkdtempSync(join(tmpdir(), "baba-commits-"));
  #folders = 0;

  constructor() {
    spawnSync(SPREAD, ["+T", this.root], { stdio: "ignore" });
  }

  /** A path in a folder that never held anything. */
  next(): string {
    const folder = join(this.root, String(this.#folders++));
    mkdirSync(folder);
    return join(folder, "trial");
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

/** Measures every engine at every size, round by round, one process at a time. */
export async function measure(
  plan: Plan,
  engines: readonly EngineName[],
  ground: Ground,
): Promise<Measurement> {
  const outcomes = new Map<string, Outcome[]>();
  const bursts = new Map<EngineName, BurstOutcome[]>();
  for (let round = 0; round < plan.rounds; round++) {
    for (const { size, commits } of plan.sizes) {
      for (const engine of inTurn(engines, round)) {
        const outcome = await runTrial({
          engine,
          size,
          commits: commitsOf(engine, commits),
          folder: ground.next(),
        });
        push(outcomes, `${size} ${engine}`, outcome);
        progress(round, plan, `${engine}, ${size} a commit: ${median(outcome.commits).toFixed(2)} ms`);
      }
    }
    for (const engine of inTurn(
      engines.filter((name) => CONCURRENT.includes(name)),
      round,
    )) {
      push(
        bursts,
        engine,
        await runBursts({ engine, size: 1, commits: plan.bursts, burst: BURST, folder: ground.next() }),
      );
    }
  }
  const cells = plan.sizes.flatMap(({ size }) =>
    engines.map((engine) => ({ size, engine, outcomes: outcomes.get(`${size} ${engine}`) ?? [] })),
  );
  return { cells, bursts: [...bursts].map(([engine, found]) => ({ engine, outcomes: found })) };
}

/** Its every record costs the same, so that few commits tell as much. */
function commitsOf(engine: EngineName, commits: number): number {
  return engine === IN_PYTHON ? Math.ceil(commits / 4) : commits;
}

function push<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key) ?? [];
  list.push(item);
  lists.set(key, list);
}

function progress(round: number, plan: Plan, line: string): void {
  console.log(`commits, round ${round + 1} of ${plan.rounds}: ${line}`);
}
