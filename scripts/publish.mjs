// `npm run release`: publishes what the registries do not have yet, first to npm and then to JSR. Called by
// the release workflow, whose identity both registries trust; there is no token.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, run } from "./process.mjs";
import { withRepository } from "./provenance.mjs";

/** In dependency order. */
const TO_NPM = ["packages/core", "packages/node"];
/** Installed by the package that needs it. */
const DENO = join(ROOT, "packages/deno/node_modules/.bin/deno");

const HELP = `Usage: npm run release -- [OPTION]

Builds, and publishes to npm and to JSR whatever they do not have yet. See docs/releases.md.

  --dry-run  does the same but uploads nothing
  --help     this text`;

const dry = parsed() ? ["--dry-run"] : [];
const tarballs = mkdtempSync(join(tmpdir(), "baba-release-"));
try {
  await must("npm", ["run", "--silent", "build"]);
  for (const folder of TO_NPM) await publishToNpm(folder);
  // In the workspace's root it publishes each member whose version JSR does not have, in the right order.
  await must(DENO, ["publish", ...dry, ...(dry.length > 0 ? ["--allow-dirty"] : [])]);
  if (dry.length === 0) await must("changeset", ["tag"]);
} finally {
  rmSync(tarballs, { recursive: true });
}

/** Whether nothing is to be uploaded. A mistyped option must not publish. */
function parsed() {
  try {
    const options = {
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    };
    const { values } = parseArgs({ options });
    // npm takes an option before the "--" for its own, and JSR would not know of it.
    // biome-ignore lint/suspicious/noUndeclaredEnvVars: turbo does not run this
    if (process.env.npm_config_dry_run === "true") throw new Error('--dry-run belongs after a "--".');
    if (!values.help) return values["dry-run"];
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message.replace(/\.?$/, ".")} See npm run release -- --help.`);
    process.exit(2);
  }
}

async function publishToNpm(folder) {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
  if (isPublished(name, version)) return console.log(`${name} ${version} is published already`);
  const destination = join(tarballs, folder);
  // pnpm writes real versions for the workspace's packages; npm adds the tarball's provenance.
  await withRepository(folder, ROOT, () => must("pnpm", ["pack", "--pack-destination", destination], folder));
  const [tarball] = readdirSync(destination);
  const provenance = dry.length > 0 ? [] : ["--provenance"];
  await must("npm", ["publish", join(destination, tarball), "--access", "public", ...provenance, ...dry]);
}

/** A registry that does not answer must not count as lacking the version, nor fail silently. */
function isPublished(name, version) {
  try {
    const found = execFileSync("npm", ["view", `${name}@${version}`, "version", "--loglevel=error"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    return found.trim() === version;
  } catch (error) {
    if (String(error.stderr).includes("E404")) return false;
    throw error;
  }
}

async function must(command, words, folder = ".") {
  const status = await run(command, words, { folder });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")} ended with ${status}`);
}
