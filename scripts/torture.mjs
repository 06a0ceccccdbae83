// `npm run torture`: the long runs at full size, with each package's `torture` script. Two packages run at a
// time, each line prefixed with the package's name: simulations keep a single core busy, while processes of
// another package wait for the disk.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, twoAtATime } from "./process.mjs";
import { readResults, resultsFolder, sum, table, writeResult } from "./results.mjs";
import { HELP, parseTortureOptions } from "./torture-options.mjs";
import { packagesWith } from "./workspace.mjs";

const results = resultsFolder();
const judged = [];
const packages = packagesWith("torture");
const words = parsed();
await twoAtATime(
  packages.filter(({ name }) => words.has(name)),
  torture,
);
report();

function parsed() {
  try {
    const options = parseTortureOptions(
      process.argv.slice(2),
      packages.map(({ name }) => name),
    );
    if (options !== "help") return options;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message.replace(/\.?$/, ".")} See npm run torture -- --help.`);
    process.exit(2);
  }
}

async function torture({ name, folder }) {
  const start = performance.now();
  // A separate folder, to tell the results of the packages apart.
  const own = mkdtempSync(join(tmpdir(), "baba-torture-results-"));
  const status = await run("npm", ["run", "--silent", "torture", "--", ...words.get(name)], {
    folder,
    environment: { BABA_RESULTS: own },
    prefix: `${name} | `,
  });
  const seconds = (performance.now() - start) / 1000;
  const counted = readResults(own);
  cpSync(own, results, { recursive: true });
  rmSync(own, { recursive: true });
  judged.push(...counted);
  console.log(`=== torture: ${name} has ended with status ${status}, ${seconds.toFixed(1)} s`);
  const { passed, failed } = sum(counted);
  // There must be results, and the status must agree with the counts.
  if (passed + failed > 0 && (status === 0 || failed > 0)) return;
  const unsound = { suite: `torture ${name} (status ${status})`, passed: 0, failed: 1, seconds };
  writeResult(results, unsound);
  judged.push(unsound);
}

function report() {
  const { passed, failed } = sum(judged);
  console.log(`\n${table(judged)}\n  ${passed} promises kept, ${failed} broken`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
