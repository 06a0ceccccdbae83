// A package's `check`: the types of its sources and tests, by TypeScript 7, which takes a fifth of the time of
// version 6. The sources are built by version 6, so both have a say.
import { join, relative } from "node:path";
import { ROOT, run } from "./process.mjs";

const compiler = join(ROOT, "packages/binaries/node_modules/typescript7/bin/tsc");

process.exitCode = await run(process.execPath, [compiler, "-p", "tsconfig.json"], {
  folder: relative(ROOT, process.cwd()),
});
