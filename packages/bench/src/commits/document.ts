import { existsSync, readFileSync, writeFileSync } from "node:fs";

const DOCUMENT = new URL("../../../../docs/performance.md", import.meta.url);
const [START, END] = ["<!-- commits:start -->", "<!-- commits:end -->"];

/** Replaces the section on commits in docs/performance.md, or appends it. */
export function writeSection(section: string): void {
  const document = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "# Performance\n";
  const [start, end] = [document.indexOf(START), document.indexOf(END)];
  const marked = `${START}\n${section}\n${END}`;
  const whole =
    start >= 0 && end > start
      ? document.slice(0, start) + marked + document.slice(end + END.length)
      : `${document.trimEnd()}\n\n${marked}\n`;
  writeFileSync(DOCUMENT, whole);
}
