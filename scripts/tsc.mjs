// TypeScript's compiler, of version 7, for a package's `build` and `check`: it writes what version 6 writes in a
// small part of the time. Version 6 judges the tests of types, and the versions that users may have the declarations.
//
//   node ../../scripts/tsc.mjs -p tsconfig.json
import { join, relative } from "node:path";
import { ROOT, run } from "./process.mjs";

const compiler = join(ROOT, "packages/binaries/node_modules/typescript7/bin/tsc");

process.exitCode = await run(process.execPath, [compiler, ...process.argv.slice(2)], {
  folder: relative(ROOT, process.cwd()),
});
