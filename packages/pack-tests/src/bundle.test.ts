import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { binary } from "./binaries.ts";
import { mustRun, run } from "./command.ts";

const entry = join(inject("consumer"), "large.mjs");
const preload = join(inject("consumer"), "no-threads.mjs");

/** Each bundles the program and its imports as ESM: in one file, or with separate chunks loaded on demand. */
const BUNDLERS = {
  esbuild: async (file: string) => {
    await build({ entryPoints: [entry], outfile: file, bundle: true, format: "esm", platform: "node" });
  },
  rolldown: async (file: string) => {
    const bundle = await rolldown({ input: entry, platform: "node" });
    await bundle.write({ dir: dirname(file), entryFileNames: basename(file), format: "esm" });
  },
  "rolldown into one file": async (file: string) => {
    const bundle = await rolldown({ input: entry, platform: "node" });
    await bundle.write({ file, format: "esm", codeSplitting: false });
  },
};

const NODES = {
  "this Node.js": process.execPath,
  "Node.js 26": binary("node26/bin/node") ?? process.execPath,
};
const ALL = 301;

/** A folder from which a bundle can import nothing. */
let folder: string;
let data: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "baba-bundle-")));
  for (const [name, bundle] of Object.entries(BUNDLERS)) await bundle(bundled(name));
});
beforeEach(async () => {
  data = await mkdtemp(join(folder, "data-"));
});
afterAll(() => rm(folder, { recursive: true }));

function bundled(name: string): string {
  return join(folder, `${name}.mjs`);
}

/** What the program printed, and its warnings about threads. */
async function program(node: string, ...words: string[]): Promise<{ answer: unknown; warnings: string[] }> {
  const { status, output } = await run(node, words, data);
  expect(status, output).toBe(0);
  const lines = output.trim().split("\n");
  const answer: unknown = JSON.parse(lines.find((line) => line.startsWith("{")) ?? "null");
  return { answer, warnings: lines.filter((line) => line.includes("thread can be started")) };
}

test("a bundled program loads the age package only when it is needed, unless all is one file", async () => {
  const textOf = (name: string) => readFile(bundled(name), "utf8");
  expect(await textOf("rolldown")).not.toContain("AGE-SECRET-KEY-PQ-");
  expect(await textOf("rolldown into one file")).toContain("AGE-SECRET-KEY-PQ-");
});

describe.each(Object.keys(BUNDLERS))("a program bundled by %s", (name) => {
  test.each(["plain", "sealed", "locked"])(
    "does large work in threads, in a store that is %s",
    async (store) => {
      for (const what of ["write", "read"]) {
        const { answer, warnings } = await program(process.execPath, bundled(name), what, store);
        expect(answer, what).toEqual({ found: ALL, threads: expect.any(Number) });
        expect(Object(answer).threads, what).toBeGreaterThan(0);
        expect(warnings).toEqual([]);
      }
    },
  );

  test("works if no thread can be started, and says so in one line of the log", async () => {
    for (const what of ["write", "read"]) {
      const words = [`--import=${pathToFileURL(preload)}`, bundled(name), what, "plain"];
      const { answer, warnings } = await program(process.execPath, ...words);
      expect(answer).toEqual({ found: ALL, threads: 0 });
      expect(warnings).toEqual([
        "[BABA (WARNING)] LOG: Large batches of file work will block the event loop, because no thread can be started: no threads today",
      ]);
    }
  });
});

// Under Node.js's permission model, files cannot be synced, so no commit could be durable.
test.each(Object.entries(NODES))(
  "under its permission model %s reads without threads, and is refused to write",
  async (_name, node) => {
    const file = bundled("esbuild");
    await program(process.execPath, file, "write", "plain");
    const flags = [await permissionFlag(node), "--no-warnings", "--allow-fs-read=*", "--allow-fs-write=*"];
    const read = await program(node, ...flags, file, "read", "plain");
    expect(read.answer).toEqual({ found: ALL, threads: 0 });
    expect(read.warnings).toEqual([
      expect.stringMatching(/^\[BABA \(WARNING\)\] LOG: .*: Access to this API has been restricted/),
    ]);
    const { answer } = await program(node, ...flags, file, "write", "plain");
    expect(answer).toMatchObject({
      code: "BABA_PERMISSION",
      message: expect.stringContaining("permission model"),
    });
    expect((await program(process.execPath, file, "read", "plain")).answer).toMatchObject({ found: ALL });
  },
);

/** It is experimental in Node.js 20. */
async function permissionFlag(node: string): Promise<string> {
  const major = Number(/\d+/.exec(await mustRun(node, ["--version"], folder))?.[0]);
  return major < 22 ? "--experimental-permission" : "--permission";
}
