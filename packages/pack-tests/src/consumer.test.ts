import { copyFile, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { HERE, mustRun, run } from "./command.ts";

const { core, node } = inject("tarballs");

/** What the documents tell a reader to install beside @baba/node. */
const VALIBOT = "1.5.0";

/** A folder of somebody who has installed the tarballs with npm. */
let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "baba-consumer-")));
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  await mustRun(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", core, node, `valibot@${VALIBOT}`],
    folder,
  );
  for (const name of ["heroes.mjs", "heroes.ts"])
    await copyFile(join(HERE, "consumer", name), join(folder, name));
});

afterAll(() => rm(folder, { recursive: true }));

/** Strict, and without Node's types unless asked for. */
async function compile(name: string, options: object): Promise<string> {
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2022", "DOM", "DOM.AsyncIterable", "ESNext.Disposable"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    types: [],
    outDir: name,
    ...options,
  };
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: ["heroes.ts"] }));
  const { status, output } = await run("tsc", ["-p", `${name}.json`], folder);
  expect(status, output).toBe(0);
  return join(folder, name, "heroes.js");
}

test("npm installs both tarballs once, and nothing that runs a script of its own", async () => {
  const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
  const entries = Object.entries<{ resolved?: string; hasInstallScript?: boolean }>(lock.packages);
  const ours = entries.filter(([path]) => path.includes("@baba/"));
  expect(ours.map(([path]) => path).sort()).toEqual(["node_modules/@baba/core", "node_modules/@baba/node"]);
  for (const [, { resolved }] of ours) expect(resolved).toMatch(/^file:/);
  expect(entries.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
});

test("a JavaScript program adds, commits, reopens and reads", async () => {
  const printed = JSON.parse(await mustRun(process.execPath, ["heroes.mjs"], folder));
  const from = pathToFileURL(join(folder, "node_modules/@baba/node/dist/index.js")).href;
  expect(printed).toEqual({ hero: { id: 1, name: "Alice", team: "red" }, onDisk: true, from });
});

test("a TypeScript program compiles under module nodenext, all declarations checked, and runs", async () => {
  const program = await compile("nodenext", { module: "nodenext", skipLibCheck: false });
  await mustRun(process.execPath, [program], folder);
});

test("a TypeScript program compiles under moduleResolution bundler, with Node's types and no DOM, and runs", async () => {
  const program = await compile("bundler", {
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ES2022", "ESNext.Disposable"],
    typeRoots: [join(HERE, "..", "..", "node_modules", "@types")],
    types: ["node"],
    skipLibCheck: false,
    // Node's own declarations do not hold under it.
    exactOptionalPropertyTypes: false,
  });
  await mustRun(process.execPath, [program], folder);
});
