// turbo with the repository's settings: no telemetry, and two tasks at a time, so that what tests and
// benchmarks measure does not depend on how many cores there are.
import { run } from "./process.mjs";

process.exitCode = await run("turbo", [...process.argv.slice(2), "--concurrency=2", "--no-update-notifier"]);
