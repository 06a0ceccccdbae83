// `npm run version`: turns the changesets into versions and changelogs, and copies each version to the
// deno.json next to the package.json, which changesets does not know.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "./process.mjs";
import { workspaceFolders } from "./workspace.mjs";

const status = await run("changeset", ["version"]);
if (status === 0) for (const folder of workspaceFolders()) keepInStep(join(ROOT, folder));
process.exitCode = status;

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
