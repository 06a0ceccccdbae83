import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A suite's result. Every runner writes one such file to the folder in the variable `BABA_RESULTS`: the
 * vitest reporter next to this module does, and so do the programs of packages/torture.
 *
 * @typedef {{ suite: string, passed: number, failed: number, seconds: number }} Result
 */

/**
 * The folder for results: the one in `BABA_RESULTS`, or a new one, which is removed when this process ends.
 *
 * @returns {string} absolute
 */
export function resultsFolder() {
  const given = process.env.BABA_RESULTS;
  if (given === undefined || given === "") return passingFolder();
  mkdirSync(given, { recursive: true });
  return given;
}

function passingFolder() {
  const folder = mkdtempSync(join(tmpdir(), "baba-results-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Writes a result.
 *
 * @param {string} folder
 * @param {Result} result
 */
export function writeResult(folder, result) {
  mkdirSync(folder, { recursive: true });
  const name = result.suite.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^-/, "");
  const path = join(folder, `${name}.json`);
  // Whoever reads the folder meanwhile must not meet half of it.
  writeFileSync(`${path}.part`, `${JSON.stringify(result)}\n`);
  renameSync(`${path}.part`, path);
}

/**
 * All results in a folder, ordered by file name.
 *
 * @param {string} folder
 * @returns {Result[]}
 * @throws if a file is not a result: an unreadable count must not pass for none
 */
export function readResults(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => checked(name, JSON.parse(readFileSync(join(folder, name), "utf8"))));
}

function checked(name, { suite, passed, failed, seconds }) {
  const counts = [passed, failed].every((count) => Number.isSafeInteger(count) && count >= 0);
  if (typeof suite !== "string" || !counts || !Number.isFinite(seconds))
    throw new Error(`${name} is no result`);
  return { suite, passed, failed, seconds };
}

/**
 * A failure for each suite that did not run, or that ran none of its tests: all were skipped.
 *
 * @param {readonly string[]} suites the names of those that must have run
 * @param {readonly Result[]} results
 * @returns {Result[]}
 */
export function missing(suites, results) {
  const failure = (suite) => ({ suite, passed: 0, failed: 1, seconds: 0 });
  return suites.flatMap((name) => {
    const own = results.filter(({ suite }) => suite === name);
    if (own.length === 0) return [failure(`${name} (did not run)`)];
    const { passed, failed } = sum(own);
    return passed + failed === 0 ? [failure(`${name} (ran no test)`)] : [];
  });
}

/**
 * Sums up results.
 *
 * @param {readonly Result[]} results
 * @returns {{ passed: number, failed: number }}
 */
export function sum(results) {
  const add = (key) => results.reduce((total, result) => total + result[key], 0);
  return { passed: add("passed"), failed: add("failed") };
}

/**
 * Formats a table of results, with failures marked.
 *
 * @param {readonly Result[]} results
 * @returns {string}
 */
export function table(results) {
  const width = Math.max(0, ...results.map(({ suite }) => suite.length));
  return results
    .map(({ suite, passed, failed, seconds }) => {
      const counts = `${String(passed).padStart(9)} passed ${String(failed).padStart(4)} failed`;
      return `  ${failed === 0 ? "ok    " : "FAILED"}  ${suite.padEnd(width)}  ${counts}  ${seconds.toFixed(1).padStart(7)} s`;
    })
    .join("\n");
}
