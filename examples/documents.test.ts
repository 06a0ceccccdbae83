import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Block, blocksOf, documents, parseBlocks, printedLines, promisedBy } from "./document-blocks.ts";
import { run } from "./run-program.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const workshop = fileURLToPath(new URL(".documents", import.meta.url));
const tsc = join(root, "packages/binaries/node_modules/typescript7/bin/tsc");

describe("parseBlocks()", () => {
  test("finds each block with its language and line", () => {
    const text = "one\n```ts\nlet a;\n```\n  ```sh\n  npm start\n  ```\n";
    expect(parseBlocks("a.md", text)).toEqual([
      { place: "a.md:2", language: "ts", code: "let a;" },
      { place: "a.md:5", language: "sh", code: "  npm start" },
    ]);
  });

  test("refuses a block that is not closed", () => {
    expect(() => parseBlocks("a.md", "```ts\n")).toThrow("a.md:1");
  });
});

describe("promisedBy()", () => {
  test("gives the comment behind each console.log, and no other", () => {
    const code = `console.log(a); // [ 'x' ]\nlet b; // not this\nconsole.log(b);\n  console.log("//", b); // 2`;
    expect(promisedBy(code)).toEqual(['[ "x" ]', "2"]);
  });
});

describe("TypeScript in the documents and docstrings", () => {
  // Those of Deno are run by packages/deno, as its users run them.
  const blocks = blocksOf(root, "ts").filter(({ code }) => !code.includes('"@baba/deno"'));

  let complaints: string[] = [];

  beforeAll(async () => {
    await prepareWorkshop(blocks);
    const { output } = await run(process.execPath, [tsc, "-p", workshop], workshop);
    complaints = output.split("\n").filter((line) => line.includes("error TS"));
  }, 120_000);
  afterAll(() => rm(workshop, { recursive: true, force: true }));

  test("is there: in the README, in the docs and in both packages", () => {
    const places = blocks.map(({ place }) => place).join("\n");
    for (const expected of ["README.md", "docs/from-python.md", "packages/core/src", "packages/node/src"]) {
      expect(places).toContain(expected);
    }
  });

  test("is all marked for this test: no block has another mark", () => {
    for (const mark of ["typescript", "js", "javascript", "ts nocheck"])
      expect(blocksOf(root, mark)).toEqual([]);
  });

  test("passes the compiler, and the compiler is asked in earnest", () => {
    const [planted, others] = partition(complaints, (line) => line.startsWith("planted.ts"));
    expect(others.map(withPlace)).toEqual([]);
    expect(planted).toHaveLength(1);
  });

  const numbered = blocks.map(({ place, code }, i) => [place, i, promisedBy(code)] as const);

  test.concurrent.each(numbered)("runs, and prints what it says: %s", async (_, i, promised) => {
    const directory = await mkdtemp(join(tmpdir(), "baba-documents-"));
    const { code, output, errors } = await run(
      process.execPath,
      [join(workshop, "out", `${nameOf(i)}.js`)],
      directory,
    );
    await rm(directory, { recursive: true });
    expect(code, errors).toBe(0);
    expect(printedLines(output).filter((line) => promised.includes(line))).toEqual(promised);
  });

  function withPlace(complaint: string): string {
    const [, index] = /^block-(\d+)\.ts/.exec(complaint) ?? [];
    return `${blocks[Number(index)]?.place}: ${complaint}`;
  }
});

describe("isKnown(), for commands in the documents", () => {
  const lines = blocksOf(root, "sh").flatMap(({ place, code }) =>
    code.split("\n").map((line) => ({ place, command: line.split("#")[0]?.trim() ?? "" })),
  );
  const commands = lines.filter(({ command }) => command !== "");

  test.each(commands.map(({ place, command }) => [command, place]))("accepts %s (%s)", async (command) => {
    expect(await isKnown(command)).toBe(true);
  });

  test("refuses a command that does not exist", async () => {
    expect(await isKnown("npm run no-such-script")).toBe(false);
    expect(await isKnown("pnpm add @baba/no-such-package")).toBe(false);
    expect(await isKnown("node no/such/file.js")).toBe(false);
  });
});

test.each(["start", "test", "build", "bench", "torture"])(
  "the first command in a new copy of the repository may be npm's %s: it fetches what it needs",
  async (name) => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(scripts[`pre${name}`]).toMatch(/(^|&& )npm run -s setup\b/);
  },
);

test.each([
  ["bench", "quick"],
  ["torture", "long"],
])("npm run %s stops if npm has kept --%s to itself, instead of the long run", async (name, option) => {
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const [check] = scripts[`pre${name}`].split(" && ");
  const start = (env: NodeJS.ProcessEnv) =>
    spawnSync(check, { cwd: root, shell: true, encoding: "utf8", env });
  const kept = start({ ...process.env, [`npm_config_${option}`]: "true" });
  expect(kept.stderr).toContain(`Put -- before it: npm run ${name} -- --${option}\n`);
  expect(kept.status).toBe(2);
  expect(start({ PATH: process.env.PATH }).status).toBe(0);
});

describe("leadsSomewhere(), for links in the documents", () => {
  const links = documents(root).map((path) => [path.slice(root.length), path] as const);

  test.each(links)("finds the files and headings of all links in %s", async (_, path) => {
    const text = await readFile(path, "utf8");
    const broken: string[] = [];
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      if (!(await leadsSomewhere(path, target))) broken.push(target);
    }
    expect(broken).toEqual([]);
  });

  test("finds nothing for a link that leads nowhere", async () => {
    const from = join(root, "README.md");
    expect(await leadsSomewhere(from, "docs/format.md#the-journal")).toBe(true);
    expect(await leadsSomewhere(from, "docs/no-such.md")).toBe(false);
    expect(await leadsSomewhere(from, "docs/format.md#no-such-heading")).toBe(false);
  });
});

describe("the Python programs in docs/format.md", () => {
  const [decoder, journalReader] = blocksOf(root, "python").filter(({ place }) =>
    place.startsWith("docs/format.md"),
  );
  const Anything = v.looseObject({ id: v.string() });
  const records = [
    { id: "plain", name: "Alice", list: [1, 2.5, -3e-7, true, false, null], nested: { a: { b: [] } } },
    { id: "unicode", name: "Zoë 🦸 勇者 بطل", control: "\u0000\t\n\u2028\u007f", quote: '"\\/' },
    { id: "long", text: "x".repeat(70_000) },
    { id: "extended", when: { $date: "2026-01-31T12:00:00.000Z" }, big: { $numberLong: "9007199254740993" } },
  ];
  // What the last one is in TypeScript; above is what the file holds.
  const extended = { id: "extended", when: new Date("2026-01-31T12:00:00Z"), big: 9_007_199_254_740_993n };
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "baba-format-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  test("read the records and the journal that BabaDB wrote", async () => {
    if (!(await hasPython())) return;
    const data = join(directory, "data");
    const db = new BabaDB(Anything, { directory: data, logging: false });
    await db.asyncSession(async (session) => {
      for (const record of records.slice(0, 3)) await session.add(record);
      await session.add(extended);
    });
    await db.asyncSession((session) => session.delete("long.baba"));
    const [plain, unicode, long, last] = records;
    const commits: unknown[] = [
      [1, { "plain.baba": plain, "unicode.baba": unicode, "long.baba": long, "extended.baba": last }],
      [2, { "long.baba": null }],
    ];
    // More than one segment holds: each pins the one before it.
    for (let sequence = 3; sequence < 103; sequence++) {
      const record = { id: "many", sequence, text: "y".repeat(1000) };
      await db.asyncSession((session) => session.add(record));
      commits.push([sequence, { "many.baba": record }]);
    }
    expect((await readdir(join(data, ".baba/journal"))).length).toBeGreaterThan(1);
    // The store is still open: its journal holds every commit.
    expect(await pythonSays(journalReader, data)).toEqual(commits);

    const copy = join(directory, "copy");
    await cp(data, copy, { recursive: true });
    await flipOneBit(join(copy, ".baba/journal", "0000000000000001"), 700);
    await expect(pythonSays(journalReader, copy)).rejects.toThrow("ValueError: frame chain");

    await db.close();
    const left = records.filter(({ id }) => id !== "long");
    expect(await pythonSays(decoder, ...left.map(({ id }) => join(data, `${id}.baba`)))).toEqual(left);
  });

  test("refuse a text that is not of the format", async () => {
    if (!(await hasPython())) return;
    for (const text of ["011120 49", "211120 49m", "100111 12a", "011120 4am 0", "011120", "11120 49m"]) {
      const path = join(directory, "bad.baba");
      await writeFile(path, text);
      await expect(pythonSays(decoder, path), text).rejects.toThrow("ValueError");
    }
  });

  async function hasPython(): Promise<boolean> {
    const python = await run("python3", ["--version"], directory).catch(() => undefined);
    if (python === undefined) console.log("python3 is not installed: its tests were left out");
    return python !== undefined;
  }

  async function flipOneBit(path: string, offset: number): Promise<void> {
    const bytes = await readFile(path);
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }

  /** The lines of JSON that a program prints. */
  async function pythonSays(block: Block | undefined, ...args: string[]): Promise<unknown[]> {
    const { output, errors, code } = await run(
      "python3",
      ["-X", "utf8", "-c", block?.code ?? "", ...args],
      directory,
    );
    if (code !== 0) throw new Error(errors);
    return output
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  }
});

function nameOf(index: number): string {
  return `block-${index}`;
}

/** Writes each block as a module of its own, and one with a mistake, which the compiler must find. */
async function prepareWorkshop(blocks: readonly Block[]): Promise<void> {
  await rm(workshop, { recursive: true, force: true });
  await mkdir(join(workshop, "node_modules/@baba"), { recursive: true });
  await symlink(join(root, "packages/core"), join(workshop, "node_modules/@baba/core"), "junction");
  const compilerOptions = {
    ...{
      rootDir: ".",
      outDir: "out",
      types: ["node"],
      typeRoots: ["../node_modules/@types"],
      noUnusedLocals: false,
    },
    ...{ declaration: false, declarationMap: false, isolatedDeclarations: false, sourceMap: false },
  };
  await writeFile(
    join(workshop, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.base.json", compilerOptions, include: ["*.ts"] }),
  );
  await writeFile(join(workshop, "package.json"), '{"type":"module"}');
  await writeFile(join(workshop, "planted.ts"), "const text: string = 1;\nconsole.log(text);\n");
  for (const [i, { code }] of blocks.entries())
    await writeFile(join(workshop, `${nameOf(i)}.ts`), `${code}\n`);
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

async function isKnown(command: string): Promise<boolean> {
  const [program, ...words] = command.split(/\s+/);
  if (program === "git" && words[0] === "clone") return true;
  // packages/deno runs these.
  if (program === "deno") return true;
  if (program === "node") return existsSync(join(root, words[0] ?? ""));
  if (program === "npm" || program === "pnpm") return (await isScript(words)) || (await isInstall(words));
  return false;
}

async function isScript([verb = "", script = ""]: readonly string[]): Promise<boolean> {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    await readFile(join(root, "package.json"), "utf8"),
  );
  return Object.hasOwn(scripts, verb === "run" ? script : verb);
}

/** `add` or `install` of packages that are ours or that the examples use. */
async function isInstall([verb = "", ...names]: readonly string[]): Promise<boolean> {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    await readFile(join(root, "examples/package.json"), "utf8"),
  );
  return (
    (verb === "add" || verb === "install") &&
    names.length > 0 &&
    names.every((name) => Object.hasOwn(dependencies, name))
  );
}

async function leadsSomewhere(from: string, target: string): Promise<boolean> {
  const [file = "", heading] = target.split("#");
  const path = file === "" ? from : join(dirname(from), file);
  if (!existsSync(path)) return false;
  if (heading === undefined) return true;
  const headings = (await readFile(path, "utf8")).matchAll(/^#+ (.+)$/gm);
  return [...headings].some(([, title = ""]) => anchorOf(title) === heading);
}

/** How Markdown viewers make an anchor of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}
