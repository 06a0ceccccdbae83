import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** One fenced block of a document or of a docstring. */
export type Block = {
  /** The document, relative to the repository, and the line of the fence. */
  readonly place: string;
  /** What follows the opening fence: `ts`, `sh`, `python`, ... */
  readonly language: string;
  readonly code: string;
};

/** The blocks of a language in all documents, and in the docstrings of the published packages. */
export function blocksOf(root: string, language: string): Block[] {
  const texts = [
    ...documents(root).map((path) => ({ path, text: readFileSync(path, "utf8") })),
    ...docstrings(root),
  ];
  return texts
    .flatMap(({ path, text }) => parseBlocks(relative(root, path), text))
    .filter((block) => block.language === language);
}

/** The fenced blocks of a Markdown text. */
export function parseBlocks(path: string, text: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; code: string[] } | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line.trim());
    if (fence !== null && open === undefined) open = { language: fence[1] ?? "", line: i + 1, code: [] };
    else if (fence !== null && open !== undefined) {
      blocks.push({ place: `${path}:${open.line}`, language: open.language, code: open.code.join("\n") });
      open = undefined;
    } else open?.code.push(line);
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: the block is not closed`);
  return blocks;
}

/**
 * What a program says that it prints: the comment behind each `console.log`, in order. Runtimes quote strings
 * in one way or the other; here all quotes are double ones.
 */
export function promisedBy(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\/\/ (.+)$/gm)].map(([, line = ""]) => doubleQuoted(line));
}

/** The lines of what a program has printed, to be compared with what it promised. */
export function printedLines(output: string): string[] {
  return output.split("\n").map(doubleQuoted);
}

function doubleQuoted(line: string): string {
  return line.replaceAll("'", '"');
}

/** The Markdown documents that readers are sent to. */
export function documents(root: string): string[] {
  const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const readmes = ["README.md", "packages/core/README.md", "packages/node/README.md"];
  return [...readmes, ...docs.sort().map((name) => `docs/${name}`)].map((path) => join(root, path));
}

/** Source files with everything but their docstrings blanked, so that line numbers stay. */
function docstrings(root: string): { path: string; text: string }[] {
  const sources = ["packages/core/src", "packages/node/src"].flatMap((folder) => {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".ts")).map((name) => join(root, folder, name));
  });
  return sources.sort().map((path) => ({ path, text: commentsOf(readFileSync(path, "utf8")) }));
}

function commentsOf(source: string): string {
  let inside = false;
  const lines = source.split("\n").map((line) => {
    if (/^\s*\/\*\*/.test(line)) inside = true;
    const text = inside ? line.replace(/^\s*(?:\/\*\*|\*\/|\*) ?/, "") : "";
    if (line.includes("*/")) inside = false;
    return text;
  });
  return lines.join("\n");
}
