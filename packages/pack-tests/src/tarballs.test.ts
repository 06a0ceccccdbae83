import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as builtCore from "@baba/core";
import * as builtNode from "@baba/node";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";
import { type Finished, HERE, mustRun, run } from "./command.ts";
import { readTarball } from "./tarball.ts";

const { core, node } = inject("tarballs");

describe.each([
  ["@baba/core", core],
  ["@baba/node", node],
])("the tarball of %s", (_name, tarball) => {
  test("has nothing that publint objects to", async () => {
    expect(await objectionsTo(tarball)).toEqual([]);
  });

  test("has types that every resolution of an ESM package finds", async () => {
    const { status, output } = await attw(tarball);
    expect(status, output).toBe(0);
    // It accepts a package without any types.
    const manifest = JSON.parse(String((await readTarball(tarball)).get("package.json")));
    const typed = Object.values<object>(manifest.exports).filter((entry) => "types" in Object(entry));
    expect(typed.length).toBeGreaterThan(1);
    expect(output.match(/OK \(ESM\)/g)).toHaveLength(typed.length);
  });

  test("holds the built modules, their sources, the licence and the readme, and no tests", async () => {
    const files = [...(await readTarball(tarball)).keys()];
    expect(files).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts", "src/index.ts"]));
    expect(files.filter((file) => /\.test(-d)?\./.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith("src/") && !file.endsWith(".ts"))).toEqual([]);
    const others = files.filter((file) => !/^(dist|src)\//.test(file));
    expect(others.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
  });

  test("names keywords by which a registry finds it", async () => {
    const { keywords } = JSON.parse(String((await readTarball(tarball)).get("package.json")));
    expect(keywords).toEqual(expect.arrayContaining(["babadb", "database", "typescript"]));
  });

  test("asks for its dependencies by versions that a registry understands", async () => {
    const manifest = JSON.parse(String((await readTarball(tarball)).get("package.json")));
    const versions: unknown[] = Object.values(manifest.dependencies);
    expect(versions).not.toEqual([]);
    for (const version of versions) expect(version).toMatch(/^\^?\d+\.\d+\.\d+$/);
  });
});

test("the built modules keep the names of classes, which errors and a debugger show", async () => {
  for (const module of [builtCore, builtNode]) {
    const classes = Object.entries<unknown>(module).filter(([name]) => /^[A-Z][a-zA-Z]+$/.test(name));
    expect(classes.length).toBeGreaterThan(5);
    for (const [name, built] of classes) expect(Object(built).name).toBe(name);
  }
});

test.each(["@baba/core", "@baba/node", "@baba/node/crypto"])(
  "a CommonJS program can require %s, which a top-level await would prevent",
  async (name) => {
    const program = join(inject("consumer"), "program.cjs");
    await writeFile(program, `console.log(typeof require("${name}"));\n`);
    expect(await mustRun(process.execPath, [program], HERE)).toBe("object\n");
    await rm(program);
  },
);

test("publint and attw object to a package with an entry whose types are not there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baba-broken-"));
  const exports = {
    ".": { types: "./index.d.ts", default: "./index.js" },
    "./other": { types: "./missing.d.ts", default: "./index.js" },
  };
  const manifest = { name: "broken", version: "1.0.0", type: "module", exports };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "index.js"), "export const one = 1;\n");
  await writeFile(join(folder, "index.d.ts"), "export declare const one: number;\n");
  await mustRun("pnpm", ["pack"], folder);
  const tarball = join(folder, "broken-1.0.0.tgz");
  expect(await objectionsTo(tarball)).toContainEqual(expect.stringContaining("missing.d.ts"));
  const { status, output } = await attw(tarball);
  expect([status, output]).toEqual([1, expect.stringContaining("Used fallback condition")]);
  await rm(folder, { recursive: true });
});

async function objectionsTo(tarball: string): Promise<string[]> {
  const content = await readFile(tarball);
  const bytes = content.buffer.slice(
    content.byteOffset,
    content.byteOffset + content.byteLength,
  ) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  return messages.map((message) => formatMessage(message, pkg) ?? message.code);
}

function attw(tarball: string): Promise<Finished> {
  return run("attw", [tarball, "--profile", "esm-only", "--no-emoji"], HERE);
}
