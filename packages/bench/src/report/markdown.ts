/** A table whose first columns are text, and the others figures. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  texts: number = 1,
): string {
  const lines = [heads, heads.map((_, i) => (i < texts ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Joins paragraphs, tables and headings, without empty ones. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
