import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Works while a package's manifest says which repository it is from, and puts the manifest back. npm compares that with
 * where the workflow ran that publishes, and refuses what says another or none; outside of a workflow nothing is said.
 *
 * @param {string} folder the package's, below `root`
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
