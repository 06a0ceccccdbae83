import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./process.mjs";

/**
 * The packages of the repository that have this script, ordered by folder.
 *
 * @param {string} script
 * @returns {{ name: string, folder: string }[]} `folder` is relative to the repository
 */
export function packagesWith(script) {
  return workspaceFolders()
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.scripts?.[script] !== undefined)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder }));
}

/** The folders of all packages, relative to the repository. */
export function workspaceFolders() {
  return readManifest(".")
    .workspaces.flatMap(expand)
    .filter((folder) => existsSync(join(ROOT, folder, "package.json")));
}

/** The only pattern in use is a trailing star. */
function expand(pattern) {
  if (!pattern.endsWith("/*")) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(join(ROOT, parent))
    .sort()
    .map((entry) => `${parent}/${entry}`);
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}
