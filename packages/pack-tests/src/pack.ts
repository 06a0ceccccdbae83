import { mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { HERE, mustRun } from "./command.ts";

/** The tarballs' files, by package, as they would be published. */
export type Tarballs = { readonly core: string; readonly node: string };

declare module "vitest" {
  interface ProvidedContext {
    tarballs: Tarballs;
  }
}

/** Packs both once for all test files; the returned function removes it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "baba-pack-")));
  const [core, node] = await Promise.all([
    pack("core", join(folder, "core")),
    pack("node", join(folder, "node")),
  ]);
  project.provide("tarballs", { core, node });
  return () => rm(folder, { recursive: true });
}

async function pack(name: string, folder: string): Promise<string> {
  await mustRun("pnpm", ["pack", "--pack-destination", folder], join(HERE, "..", name));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const [tarball, ...more] = names.map((name) => join(folder, name));
  if (tarball === undefined || more.length > 0) throw new Error(`Packing ${name} did not give one tarball.`);
  return tarball;
}
