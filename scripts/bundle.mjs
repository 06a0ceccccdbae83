// Makes the JavaScript of the package in the working directory: a file for each of its entry points, and beside them, in
// dist/chunks, what several of these have in common. A program waits several times as long for a hundred small modules, of which each
// is looked for, read and linked alone. Arguments name further modules of src/ that scripts of the repository import.
//
//   node ../../scripts/bundle.mjs [codec/reference.ts ...]
import { readFileSync, rmSync } from "node:fs";
import { rolldown } from "rolldown";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const files = Object.values(exports).flatMap((entry) => entry.default ?? []);
const sources = files.map((file) => file.replace("./dist/", "").replace(/js$/, "ts"));
const modules = [...sources, ...process.argv.slice(2)];

rmSync("dist", { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(modules.map((source) => [source.slice(0, -3), `src/${source}`])),
  // Whatever is not of this package.
  external: /^[^./]/,
  platform: "neutral",
  transform: { target: "es2022" },
});
await bundle.write({
  dir: "dist",
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  sourcemap: true,
  // The sources are published beside.
  sourcemapExcludeSources: true,
});
await bundle.close();
