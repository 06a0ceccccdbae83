/** Replaces the section between its two marks, or appends it if there is none. */
export function withSection(document: string, name: string, section: string): string {
  const [first, last] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [start, end] = [document.indexOf(first), document.indexOf(last)];
  const marked = `${first}\n${section}\n${last}`;
  if (start < 0 || end < start) return `${document.trimEnd()}\n\n${marked}\n`;
  return document.slice(0, start) + marked + document.slice(end + last.length);
}
