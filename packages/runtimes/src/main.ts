// Runs the complete suites in every runtime, one after another: part of `npm run torture`.
import { DENO, IS_TESTED_PLATFORM, installedRuntimes, RUNTIMES } from "./runtime.ts";
import { CORE_SUITE, DENO_SUITE, NODE_SUITE, runSuite } from "./suite.ts";

const installed = installedRuntimes();
if (!IS_TESTED_PLATFORM)
  console.log("Left out: Bun and further versions of Node.js are tested on Linux x64.");
else if (installed.length < RUNTIMES.length) throw new Error("Not every runtime is installed: npm run setup");

for (const runtime of IS_TESTED_PLATFORM ? [...installed, DENO] : []) {
  for (const suite of runtime === DENO ? [DENO_SUITE, CORE_SUITE] : [NODE_SUITE, CORE_SUITE]) {
    const { suite: name, passed, failed, seconds, output } = await runSuite(suite, runtime);
    const sound = passed > 0 && failed === 0;
    console.log(
      `  ${sound ? "ok    " : "FAILED"}  ${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`,
    );
    if (!sound) console.log(output);
    if (!sound) process.exitCode = 1;
  }
}
