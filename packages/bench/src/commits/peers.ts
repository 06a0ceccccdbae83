import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../../peers/", import.meta.url);
const require = createRequire(new URL("package.json", FOLDER));

/** Installs the engines to compare with where they are missing, and tells the version of each that is there. */
export function installPeers(): ReadonlyMap<string, string> {
  const wanted = Object.keys(manifest().optionalDependencies);
  if (wanted.some((name) => installed(name) === undefined)) {
    console.log("Installing the engines to compare with (once; some may have to be compiled) ...");
    // Through a shell, for npm is a script on Windows.
    spawnSync("npm ci --no-audit --no-fund --loglevel=error", {
      cwd: fileURLToPath(FOLDER),
      shell: true,
      stdio: "inherit",
    });
  }
  const versions = wanted.map((name) => [name, installed(name)] as const);
  return new Map(
    versions.flatMap(([name, version]) => (version === undefined ? [] : [[name, version] as const])),
  );
}

/** What a peer's module exports, as its caller describes it. */
export function loadPeer<T>(name: string): T {
  const exported: T = require(name);
  return exported;
}

/** The version of a peer that is there in the wanted version and can be loaded. */
function installed(name: string): string | undefined {
  try {
    const { version } = packageAt(new URL(`node_modules/${name}/package.json`, FOLDER));
    if (version !== manifest().optionalDependencies[name]) return undefined;
    require(name);
    return version;
  } catch {
    return undefined;
  }
}

type Manifest = { readonly version: string; readonly optionalDependencies: Readonly<Record<string, string>> };

function manifest(): Manifest {
  return packageAt(new URL("package.json", FOLDER));
}

function packageAt(url: URL): Manifest {
  return JSON.parse(readFileSync(url, "utf8"));
}
