import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./process.mjs";

/**
 * The packages of the repository that have a script of this name, in order of their folders.
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

/** The only pattern in use is a star at the end. */
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
