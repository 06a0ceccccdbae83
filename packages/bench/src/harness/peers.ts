import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where peers are installed: prebuilt ones, and those that may take minutes to compile. */
const FOLDERS = {
  built: new URL("../../peers/", import.meta.url),
  compiled: new URL("../../peers/compiled/", import.meta.url),
};
const ALL: readonly URL[] = Object.values(FOLDERS);

/** Without a network, npm would wait for more than a minute before it tries a second and third time. */
const SOON = "--fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=2000";

type Manifest = {
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** Installs the peers if a needed one is missing; only the prebuilt ones for a quick run. */
export function installPeers(needed: readonly string[], { quick }: { quick: boolean }): void {
  for (const folder of quick ? [FOLDERS.built] : ALL) {
    const here = wanted(folder).filter((name) => needed.includes(name));
    if (here.every((name) => versionIn(folder, name) !== undefined)) continue;
    installIn(folder);
  }
}

/** Installs what a folder's manifest wants; goes on without what cannot be had. */
export function installIn(folder: URL): void {
  console.log(
    `Installing ${wanted(folder).join(", ")} from npm's registry (once; what has to be compiled takes minutes) ...`,
  );
  // With a shell, as npm is a script on Windows.
  spawnSync(`npm ci --no-audit --no-fund --no-update-notifier --loglevel=error ${SOON}`, {
    cwd: fileURLToPath(folder),
    shell: true,
    stdio: "inherit",
  });
  const absent = wanted(folder).filter((name) => versionIn(folder, name) === undefined);
  if (absent.length > 0) console.log(`Goes on without ${absent.join(", ")}, which could not be installed.`);
}

/** An installed peer's version. */
export function versionOf(name: string): string | undefined {
  return ALL.map((folder) => versionIn(folder, name)).find((version) => version !== undefined);
}

/** A peer's program, by the path in its package. */
export function programOf(name: string, path: string): string {
  return fileURLToPath(new URL(`node_modules/${name}/${path}`, FOLDERS.built));
}

/** A peer's default export or else its module, with the type that the caller gives. */
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
