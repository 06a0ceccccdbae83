import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where peers are installed: those that come built, and those that may have to be compiled, for minutes. */
const FOLDERS = {
  built: new URL("../../peers/", import.meta.url),
  compiled: new URL("../../peers/compiled/", import.meta.url),
};
const ALL: readonly URL[] = Object.values(FOLDERS);

type Manifest = {
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** Installs the peers where any of the needed is missing; in a quick run only those that come built. */
export function installPeers(needed: readonly string[], { quick }: { quick: boolean }): void {
  for (const folder of quick ? [FOLDERS.built] : ALL) {
    const here = wanted(folder).filter((name) => needed.includes(name));
    if (here.every((name) => versionIn(folder, name) !== undefined)) continue;
    console.log(`Installing ${wanted(folder).join(", ")} (once; what has to be compiled takes minutes) ...`);
    // Through a shell, for npm is a script on Windows.
    spawnSync("npm ci --no-audit --no-fund --loglevel=error", {
      cwd: fileURLToPath(folder),
      shell: true,
      stdio: "inherit",
    });
  }
}

/** The version of a peer that is installed. */
export function versionOf(name: string): string | undefined {
  return ALL.map((folder) => versionIn(folder, name)).find((version) => version !== undefined);
}

/** The program that a peer brings, by the path in its package. */
export function programOf(name: string, path: string): string {
  return fileURLToPath(new URL(`node_modules/${name}/${path}`, FOLDERS.built));
}

/** What a peer's module exports (its default, where it has one), as its caller describes it. */
export async function loadPeer<T>(name: string): Promise<T> {
  const folder = ALL.find((candidate) => wanted(candidate).some((one) => isPartOf(name, one)));
  if (folder === undefined) throw new Error(`${name} is none of the peers in packages/bench/peers.`);
  const { load }: { load(name: string): Promise<{ readonly default?: T } & T> } = await import(
    new URL("load.mjs", folder).href
  );
  const module = await load(name);
  return module.default ?? module;
}

function isPartOf(name: string, peer: string): boolean {
  return name === peer || name.startsWith(`${peer}/`);
}

function wanted(folder: URL): string[] {
  return Object.keys(manifestAt(new URL("package.json", folder)).optionalDependencies ?? {});
}

function versionIn(folder: URL, name: string): string | undefined {
  const url = new URL(`node_modules/${name}/package.json`, folder);
  return existsSync(url) ? manifestAt(url).version : undefined;
}

function manifestAt(url: URL): Manifest {
  return JSON.parse(readFileSync(url, "utf8"));
}
