import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chance } from "./chance.ts";
import { killAll } from "./child.ts";

/** How a suite is run. */
export type Run = {
  readonly seed: number;
  /** 1 is full size. */
  readonly scale: number;
  /** Keeps the files of a suite that failed. */
  readonly keep: boolean;
};

/** What a suite is given. */
export type Suite = {
  readonly seed: number;
  /** The size relative to full size: 0.1, 1 or 10. */
  readonly scale: number;
  readonly random: Chance;
  /** A new folder that is removed afterwards. */
  readonly folder: string;
  /** Scales a full-size count, to at least one. */
  readonly size: (full: number) => number;
  /** Records whether a promise was kept. */
  readonly check: (kept: boolean, sentence: string) => void;
  readonly progress: (text: string) => void;
  /** Says why the suite checks nothing here; without it, nothing checked is a failure. */
  readonly leaveOut: (reason: string) => void;
};

/** The outcome of a suite, and the shape of its result file. */
export type Result = {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
};

/** How many broken promises are described. */
const MOST_WORDS = 20;

/** Runs one suite in its own folder, and always cleans up its children and (unless kept) its files. */
export async function runSuite(
  name: string,
  work: (suite: Suite) => Promise<void>,
  run: Run,
): Promise<Result> {
  const start = performance.now();
  const folder = mkdtempSync(join(tmpdir(), `baba-torture-${name}-`));
  const tally = { passed: 0, failed: 0 };
  const check = (kept: boolean, sentence: string): void => {
    tally[kept ? "passed" : "failed"]++;
    if (!kept && tally.failed <= MOST_WORDS) print(name, `BROKEN (seed ${run.seed}): ${sentence}`);
  };
  let isLeftOut = false;
  const leaveOut = (reason: string): void => {
    isLeftOut = true;
    print(name, `left out: ${reason}`);
  };
  try {
    await work({ ...sizes(run), folder, check, progress: (text) => print(name, text), leaveOut });
    if (tally.passed + tally.failed === 0 && !isLeftOut) check(false, "nothing was checked");
  } catch (error) {
    check(false, error instanceof Error ? String(error.stack) : String(error));
  } finally {
    await killAll();
    if (run.keep && tally.failed > 0) print(name, `its files are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return { suite: name, ...tally, seconds };
}

function sizes({ seed, scale }: Run): Pick<Suite, "seed" | "scale" | "random" | "size"> {
  const size = (full: number): number => Math.max(1, Math.round(full * scale));
  return { seed, scale, random: new Chance(seed), size };
}

function print(name: string, text: string): void {
  process.stdout.write(`${name}: ${text}\n`);
}
