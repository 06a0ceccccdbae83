import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SOURCE = fileURLToPath(new URL(".", import.meta.url));
/** Each folder may import from those after it. */
const ORDER = ["session", "model", "crypto", "storage", "codec", "file-system"];

/** What each module imports of its own package, by path below `src`. */
type Graph = ReadonlyMap<string, readonly string[]>;

function modules(folder = SOURCE): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path === join(SOURCE, "testing") ? [] : modules(path);
    return /(?<!\.(test|fixture|test-d))\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** The specifiers of a module's imports and exports; what is in docstrings does not count. */
function specifiersOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "");
  return [...code.matchAll(/(?:from|import\(?)\s*"([^"]+)"/g)].map(([, specifier = ""]) => specifier);
}

const sources = new Map(modules().map((path) => [relative(SOURCE, path), readFileSync(path, "utf8")]));
const graph: Graph = new Map(
  [...sources].map(([path, source]) => [
    path,
    specifiersOf(source)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => join(path, "..", specifier)),
  ]),
);

function backwards(imports: Graph): string[] {
  const rank = (path: string): number => ORDER.indexOf(path.split("/")[0] ?? "");
  return [...imports].flatMap(([from, targets]) =>
    targets
      .filter((to) => rank(from) >= 0 && rank(to) >= 0 && rank(to) < rank(from))
      .map((to) => `${from} -> ${to}`),
  );
}

/**
 * The modules on a circle of imports, if there is one: those left when all without imports are taken away.
 */
function circle(imports: Graph): string[] {
  const left = new Map([...imports].map(([from, targets]) => [from, new Set(targets)]));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [from, targets] of left) if (![...targets].some((to) => left.has(to))) left.delete(from);
  }
  return [...left.keys()];
}

test("core's modules import from session towards the file system, never back, and in no circle", () => {
  expect(graph.size).toBeGreaterThan(100);
  expect(backwards(graph)).toEqual([]);
  expect(circle(graph)).toEqual([]);
});

test("core's modules import nothing of Node.js or Deno, and name no global of Deno's", () => {
  for (const [path, source] of sources) {
    expect(
      specifiersOf(source).filter((specifier) => /^(node|jsr|npm):/.test(specifier)),
      path,
    ).toEqual([]);
    expect(source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"\n]*"|`[^`]*`/g, ""), path).not.toMatch(/\bDeno\./);
  }
});

test("backwards() and circle() find an import that goes back, and a circle", () => {
  const planted = new Map([...graph, ["codec/planted.ts", ["storage/names.ts"]]]);
  expect(backwards(planted)).toEqual(["codec/planted.ts -> storage/names.ts"]);
  const round = new Map([
    ["a.ts", ["b.ts"]],
    ["b.ts", ["c.ts"]],
    ["c.ts", ["b.ts", "d.ts"]],
    ["d.ts", []],
  ]);
  expect(circle(round)).toEqual(["a.ts", "b.ts", "c.ts"]);
});
