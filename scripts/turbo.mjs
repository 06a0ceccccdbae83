// turbo with the repository's settings: no telemetry, and two tasks at a time, so that measurements by tests
// and benchmarks do not depend on the number of cores.
import { run } from "./process.mjs";

process.exitCode = await run("turbo", [...process.argv.slice(2), "--concurrency=2", "--no-update-notifier"]);
