import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeResult } from "./results.mjs";

/**
 * Writes a run's counts to the folder in `BABA_RESULTS`, if set. Used in every package's vitest.config.ts
 * along with the default reporter. The suite has the package's name, or that of the option `suite`; with
 * `BABA_NAME_RUNTIME=1` also the runtime's: packages/runtimes runs the same suites in several.
 */
export default class ResultsReporter {
  #start = 0;
  #suite;

  constructor({ suite } = {}) {
    this.#suite = suite;
  }

  onInit(vitest) {
    const manifest = readFileSync(join(vitest.config.root, "package.json"), "utf8");
    const name = this.#suite ?? JSON.parse(manifest).name;
    this.#suite = process.env.BABA_NAME_RUNTIME === "1" ? `${name} on ${runtimeName()}` : name;
  }

  onTestRunStart() {
    this.#start = performance.now();
  }

  onTestRunEnd(modules, unhandledErrors) {
    const folder = process.env.BABA_RESULTS;
    if (folder === undefined || folder === "") return;
    const seconds = (performance.now() - this.#start) / 1000;
    writeResult(folder, { suite: this.#suite, ...count(modules, unhandledErrors), seconds });
  }
}

/** This runtime and its version. */
function runtimeName() {
  const { bun, deno, node } = process.versions;
  if (deno !== undefined) return `Deno ${deno}`;
  return bun === undefined ? `Node ${node}` : `Bun ${bun}`;
}

/** A file that did not load, a hook that threw and an error outside all tests count as one failure each. */
function count(modules, unhandledErrors) {
  const states = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => test.result().state),
  );
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const failedSuites = suites.filter((suite) => suite.errors().length > 0);
  return {
    passed: states.filter((state) => state === "passed").length,
    failed:
      states.filter((state) => state === "failed").length + failedSuites.length + unhandledErrors.length,
  };
}
