import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Runs work while a package's manifest names the repository, and restores the manifest. npm compares the name
 * with where the publishing workflow ran, and refuses another or none; outside a workflow it is left out.
 *
 * @param {string} folder the package's folder, below `root`
 * @param {string} root
 * @param {() => Promise<void>} work
 * @param {Record<string, string | undefined>} environment
 */
export async function withRepository(folder, root, work, environment = process.env) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
  if (!server || !repository) return work();
  const path = join(root, folder, "package.json");
  const before = readFileSync(path, "utf8");
  const url = `git+${server}/${repository}.git`;
  const manifest = { ...JSON.parse(before), repository: { type: "git", url, directory: folder } };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
  try {
    await work();
  } finally {
    writeFileSync(path, before);
  }
}
