// Writes the compiled kernel to src/codec/codec.generated.ts, as base64 in a module, so that it loads without
// a file in every runtime and bundle. With --check, writes nothing and fails if the two differ.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const wasm = fileURLToPath(import.meta.resolve("@baba/assembly/codec.wasm"));
const generated = fileURLToPath(new URL("../src/codec/codec.generated.ts", import.meta.url));
const name = "packages/core/src/codec/codec.generated.ts";

if (!existsSync(wasm)) {
  console.error("The kernel is not built: run `npm run build` in assembly/ first.");
  process.exit(1);
}

const text = [
  "// Made by scripts/embed-wasm.mjs from assembly/; do not edit.",
  `export const codecWasm: string =\n  "${readFileSync(wasm).toString("base64")}";`,
  "",
].join("\n");
const current = existsSync(generated) ? readFileSync(generated, "utf8") : "";

if (current === text) {
  console.log(`${name} is up to date.`);
} else if (process.argv.includes("--check")) {
  console.error(
    `${name} differs from assembly/: run \`npm run generate\` in packages/core and commit the file.`,
  );
  process.exit(1);
} else {
  writeFileSync(generated, text);
  console.log(`${name} written.`);
}
