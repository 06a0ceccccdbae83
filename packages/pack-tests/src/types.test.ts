import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { HERE, mustRun, run } from "./command.ts";
import { COMPILERS, type Compiler, compile, configure, SETTINGS } from "./typescript.ts";

const consumer = inject("consumer");
console.log(
  "The whole of `tsc` of TypeScript 5 and 6, others' declarations too, is a part of `npm run torture`.",
);

describe.each(COMPILERS)("TypeScript $version", ({ version, folder, api }) => {
  test.each(Object.entries(SETTINGS))(
    "finds nothing wrong in our declarations and a strict program, module resolution %s, and the program runs",
    async (name, settings) => {
      const output = `${name}-${version}`;
      const config = await configure(consumer, output, settings);
      if (api) {
        const { wrong, files } = compile(folder, config);
        expect(wrong).toEqual([]);
        expect(files).toBeGreaterThan(50);
      } else {
        const { status, output } = await run(
          process.execPath,
          [join(folder, "bin", "tsc"), "-p", config],
          consumer,
        );
        expect(status, output).toBe(0);
      }
      await mustRun(process.execPath, [join(consumer, output, "heroes.js")], consumer);
    },
  );
});

test.each([
  ["beside it", "."],
  ["in a folder of their own", "src"],
])(
  "the tsconfig.json of the README compiles all of its programs %s, and the first one runs",
  async (_where, sources) => {
    const folder = await mkdtemp(join(consumer, "readme-"));
    const { configuration, programs } = await readmeBlocks();
    await mkdir(join(folder, sources), { recursive: true });
    for (const [i, code] of programs.entries())
      await writeFile(join(folder, sources, `program${i}.mts`), code);
    const { compilerOptions } = JSON.parse(configuration);
    const typeRoots = [join(HERE, "node_modules", "@types")];
    const config = join(folder, "tsconfig.json");
    await writeFile(config, JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots } }));
    const { wrong, files } = compile(newestWithApi().folder, config);
    expect(wrong).toEqual([]);
    expect(files).toBeGreaterThan(50 + programs.length);
    const program = join(compilerOptions.outDir, sources, "program0.mjs");
    expect(await mustRun(process.execPath, [program], folder)).toContain("Alice 1\n");
  },
);

test("the compilers are those that they are called", async () => {
  for (const { version, folder } of COMPILERS) {
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    expect(manifest.version).toMatch(new RegExp(`^${version}\\.`));
  }
});

test("compile() finds a declaration wrong that names what is not there", async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "baba-types-")));
  const own = join(folder, "node_modules", "@baba", "core");
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "package.json"), JSON.stringify({ name: "@baba/core", types: "index.d.ts" }));
  await writeFile(join(own, "index.d.ts"), "export declare const missing: Missing;\n");
  await writeFile(join(folder, "heroes.ts"), 'export { missing } from "@baba/core";\n');
  await writeFile(join(folder, "entries.ts"), "export {};\n");
  const config = await configure(folder, "broken", SETTINGS.bundler ?? {});
  for (const compiler of COMPILERS.filter(({ api }) => api))
    expect(compile(compiler.folder, config).wrong).toEqual([
      expect.stringContaining("Cannot find name 'Missing'"),
    ]);
  await rm(folder, { recursive: true });
});

function newestWithApi(): Compiler {
  const compiler = COMPILERS.findLast(({ api }) => api);
  if (compiler === undefined) throw new Error("No compiler has an API.");
  return compiler;
}

/** The README's only block of JSON, and its programs for Node.js. */
async function readmeBlocks(): Promise<{ configuration: string; programs: string[] }> {
  const text = await readFile(join(HERE, "..", "..", "README.md"), "utf8");
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, code = ""]) => code);
  const [configuration = "", ...others] = blocks("json");
  const programs = blocks("ts").filter((code) => code.includes('"@baba/node"'));
  expect(others).toEqual([]);
  expect(programs.length).toBeGreaterThan(4);
  return { configuration, programs };
}
