import { copyFile, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { binary } from "./binaries.ts";
import { HERE, mustRun } from "./command.ts";
import { writeProject } from "./pack.ts";

const BUN = binary("bun/bin/bun.exe");
if (BUN === undefined) console.log("Left out: Bun is not installed on this platform");

type Manager = {
  /** As given in the documentation. */
  readonly command: string;
  readonly program: string;
  readonly options?: readonly string[];
  /** Environment variables for fresh caches. */
  readonly caches: (folder: string) => Readonly<Record<string, string>>;
};

const MANAGERS: readonly Manager[] = [
  {
    command: "npm install @baba/node valibot",
    program: "npm",
    options: ["--no-audit", "--no-fund"],
    caches: (folder) => ({ npm_config_cache: folder }),
  },
  {
    command: "pnpm add @baba/node valibot",
    program: "pnpm",
    caches: (folder) => ({
      pnpm_config_store_dir: join(folder, "store"),
      pnpm_config_cache_dir: join(folder, "cache"),
    }),
  },
  ...(BUN === undefined
    ? []
    : [
        {
          command: "bun add @baba/node valibot",
          program: BUN,
          caches: (folder: string) => ({ BUN_INSTALL_CACHE_DIR: folder }),
        },
      ]),
];

describe.each(MANAGERS)("a new folder with `$command`", ({ command, program, options = [], caches }) => {
  let holder: string;
  let folder: string;
  beforeAll(async () => {
    holder = await realpath(await mkdtemp(join(tmpdir(), "baba-consumer-")));
    folder = await mkdtemp(join(holder, "project-"));
    await writeProject(folder, inject("registry"));
    const [, ...words] = command.split(" ");
    await mustRun(program, [...words, ...options], folder, caches(join(holder, "caches")));
    await copyFile(join(HERE, "consumer", "heroes.mjs"), join(folder, "heroes.mjs"));
  });
  afterAll(() => rm(holder, { recursive: true }));

  const runtimes =
    program === BUN ? { "Node.js": process.execPath, Bun: program } : { "Node.js": process.execPath };
  test.each(Object.entries(runtimes))(
    "has what %s needs to write and read, in a plain store and in a sealed one",
    async (_name, runtime) => {
      const printed = JSON.parse(await mustRun(runtime, ["heroes.mjs"], folder));
      const written = { hero: { id: 1, name: "Alice", team: "red" }, onDisk: true };
      const installed = await realpath(join(folder, "node_modules", "@baba", "node", "dist", "index.js"));
      const from = pathToFileURL(installed).href;
      expect(printed).toEqual({ plain: written, sealed: written, keyFile: true, from });
    },
  );

  test("holds each of our packages once", async () => {
    const modules = await readdir(join(folder, "node_modules"), { recursive: true });
    const places = modules.filter((path) => /@baba[/\\]core[/\\]dist[/\\]index\.js$/.test(path));
    const files = await Promise.all(places.map((path) => realpath(join(folder, "node_modules", path))));
    expect(new Set(files).size).toBe(1);
  });
});

test("npm finds nothing to install that runs a script of its own", async () => {
  const lock = JSON.parse(await readFile(join(inject("consumer"), "package-lock.json"), "utf8"));
  const entries = Object.entries<{ hasInstallScript?: boolean }>(lock.packages);
  const ours = entries.map(([path]) => path).filter((path) => path.includes("@baba/"));
  expect(ours.sort()).toEqual(["node_modules/@baba/core", "node_modules/@baba/node"]);
  expect(entries.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
});

test.each(["README.md", "packages/node/README.md"])(
  "%s tells to install BabaDB by a command that was tried",
  async (path) => {
    const text = await readFile(join(HERE, "..", "..", path), "utf8");
    const told = text.match(/\b(?:npm install|pnpm add|bun add) [^`\n]*@baba[^`\n]*/g) ?? [];
    expect(told).not.toEqual([]);
    for (const command of told)
      expect(["npm install", "pnpm add", "bun add"].map((words) => `${words} @baba/node valibot`)).toContain(
        command,
      );
  },
);
