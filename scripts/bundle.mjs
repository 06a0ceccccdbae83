// Builds the JavaScript of the package in the working directory: a file per entry point, with shared code in
// dist/chunks. A program waits several times as long for a hundred small modules, which are located, read and
// linked one by one. Arguments name further modules of src/ that scripts of the repository import.
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
  // Everything outside this package.
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
  // The sources are published too.
  sourcemapExcludeSources: true,
});
await bundle.close();
