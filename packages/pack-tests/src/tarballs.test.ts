import { readFile } from "node:fs/promises";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";
import { HERE, run } from "./command.ts";
import { readTarball } from "./tarball.ts";

const { core, node } = inject("tarballs");

describe.each([
  ["@baba/core", core],
  ["@baba/node", node],
])("the tarball of %s", (_name, tarball) => {
  test("has nothing that publint objects to", async () => {
    const content = await readFile(tarball);
    const bytes = content.buffer.slice(
      content.byteOffset,
      content.byteOffset + content.byteLength,
    ) as ArrayBuffer;
    const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("has types that every resolution of an ESM package finds", async () => {
    const { status, output } = await run("attw", [tarball, "--profile", "esm-only", "--no-emoji"], HERE);
    expect(status, output).toBe(0);
  });

  test("holds the built modules, their sources, the licence and the readme, and no tests", async () => {
    const files = [...(await readTarball(tarball)).keys()];
    expect(files).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts", "src/index.ts"]));
    expect(files.filter((file) => /\.test(-d)?\./.test(file))).toEqual([]);
    const others = files.filter((file) => !/^(dist|src)\//.test(file));
    expect(others.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
  });

  test("asks for its dependencies by versions that a registry understands", async () => {
    const manifest = JSON.parse(String((await readTarball(tarball)).get("package.json")));
    const versions: unknown[] = Object.values(manifest.dependencies);
    expect(versions).not.toEqual([]);
    for (const version of versions) expect(version).toMatch(/^\^?\d+\.\d+\.\d+$/);
  });
});
