// Makes the JavaScript of the package in the working directory: a file for each of its entry points, and beside them, in
// dist/chunks, what several of these have in common. A program waits several times as long for a hundred small modules, of which each
// is looked for, read and linked alone. Arguments name further modules of src/ that scripts of the repository import.
//
//   node ../../scripts/bundle.mjs [codec/reference.ts ...]
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.values(exports).flatMap((entry) => entry.default ?? []);
const sources = entries.map((file) => file.replace("./dist/", "").replace(/js$/, "ts"));

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: [...sources, ...process.argv.slice(2)].map((source) => join("src", source)),
  outbase: "src",
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  packages: "external",
  // Of Node.js: its package alone names these.
  external: ["node:*"],
  sourcemap: true,
  // The sources are published beside.
  sourcesContent: false,
});
