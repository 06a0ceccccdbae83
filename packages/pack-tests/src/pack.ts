import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { HERE, mustRun } from "./command.ts";
import { type Registry, startRegistry } from "./registry.ts";

/** The paths of the packages' tarballs, as they would be published. */
export type Tarballs = { readonly core: string; readonly node: string };

declare module "vitest" {
  interface ProvidedContext {
    tarballs: Tarballs;
    /** The URL of a registry that has them, for the scope `@baba`. */
    registry: string;
    /** A folder with the programs of `consumer/`, with their imports installed by npm. */
    consumer: string;
  }
}

/** Packs, serves and installs both packages once for all test files; returns the teardown. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "baba-pack-")));
  const [core, node] = await Promise.all([
    pack("core", join(folder, "core")),
    pack("node", join(folder, "node")),
  ]);
  const registry = await startRegistry([core, node]);
  const consumer = await install(join(folder, "consumer"), registry);
  project.provide("tarballs", { core, node });
  project.provide("registry", registry.url);
  project.provide("consumer", consumer);
  return async () => {
    await registry.close();
    await rm(folder, { recursive: true });
  };
}

async function pack(name: string, folder: string): Promise<string> {
  await mustRun("pnpm", ["pack", "--pack-destination", folder], join(HERE, "..", name));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const [tarball, ...more] = names.map((name) => join(folder, name));
  if (tarball === undefined || more.length > 0) throw new Error(`Packing ${name} did not give one tarball.`);
  return tarball;
}

async function install(folder: string, registry: Registry): Promise<string> {
  await mkdir(folder);
  await writeProject(folder, registry.url);
  const words = ["install", "--no-audit", "--no-fund", "@baba/core", "@baba/node", "valibot"];
  await mustRun("npm", words, folder, { npm_config_cache: join(folder, "..", "npm-cache") });
  await cp(join(HERE, "consumer"), folder, { recursive: true });
  return folder;
}

/** Writes a new project that gets the scope `@baba` from that registry, and everything else as usual. */
export async function writeProject(folder: string, registry: string): Promise<void> {
  const manifest = { name: "consumer", private: true, type: "module" };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, ".npmrc"), `@baba:registry=${registry}/\n`);
}
