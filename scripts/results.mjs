import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What one suite came to. Every runner leaves one such file in the folder that the variable `BABA_RESULTS`
 * names: the vitest reporter beside this module does, and so do the programs of packages/torture.
 *
 * @typedef {{ suite: string, passed: number, failed: number, seconds: number }} Result
 */

/**
 * The folder for results: the one that `BABA_RESULTS` names, or else a new one.
 *
 * @returns {string} absolute
 */
export function resultsFolder() {
  const given = process.env.BABA_RESULTS;
  if (given === undefined || given === "") return mkdtempSync(join(tmpdir(), "baba-results-"));
  mkdirSync(given, { recursive: true });
  return given;
}

/**
 * Leaves a result.
 *
 * @param {string} folder
 * @param {Result} result
 */
export function writeResult(folder, result) {
  mkdirSync(folder, { recursive: true });
  const name = result.suite.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^-/, "");
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result)}\n`);
}

/**
 * All results in a folder, in order of their file names.
 *
 * @param {string} folder
 * @returns {Result[]}
 * @throws where a file is no result: a count that cannot be read must not pass for none
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
 * The sums of some results.
 *
 * @param {readonly Result[]} results
 * @returns {{ passed: number, failed: number }}
 */
export function sum(results) {
  const add = (key) => results.reduce((total, result) => total + result[key], 0);
  return { passed: add("passed"), failed: add("failed") };
}

/**
 * A line for each result, aligned, failures marked.
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
