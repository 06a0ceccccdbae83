import { existsSync, readFileSync, writeFileSync } from "node:fs";

const DOCUMENT = new URL("../../../../docs/performance.md", import.meta.url);

/** Replaces a section of docs/performance.md, between its two marks, or appends it. */
export function writeSection(name: string, section: string): void {
  const [first, last] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const document = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "# Performance\n";
  const [start, end] = [document.indexOf(first), document.indexOf(last)];
  const marked = `${first}\n${section}\n${last}`;
  const whole =
    start >= 0 && end > start
      ? document.slice(0, start) + marked + document.slice(end + last.length)
      : `${document.trimEnd()}\n\n${marked}\n`;
  writeFileSync(DOCUMENT, whole);
}
