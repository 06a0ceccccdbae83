// `npm run version`: turns the changesets into versions and changelogs, and copies each version to the
// deno.json next to the package.json, which changesets does not know.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, run } from "./process.mjs";
import { workspaceFolders } from "./workspace.mjs";

const HELP = `Usage: npm run version

Turns the changesets in .changeset into versions and changelogs, in the files themselves. See docs/releases.md.

  --help  this text`;

checkOptions();
const status = await run("changeset", ["version"]);
if (status === 0) for (const folder of workspaceFolders()) keepInStep(join(ROOT, folder));
process.exitCode = status;

/** A question must not use the changesets up. */
function checkOptions() {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
    if (!values.help) return;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message.replace(/\.?$/, ".")} See npm run version -- --help.`);
    process.exit(2);
  }
}

/** Only changes the version itself, to preserve the file's formatting. */
function keepInStep(folder) {
  const path = join(folder, "deno.json");
  if (!existsSync(path)) return;
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readFileSync(path, "utf8");
  // Unpublished packages have no version.
  if (!("version" in JSON.parse(text))) return;
  const replaced = text.replace(/^( {2}"version": )"[^"]*"/m, `$1"${version}"`);
  if (JSON.parse(replaced).version !== version) throw new Error(`${path} has no version at its top.`);
  writeFileSync(path, replaced);
}
