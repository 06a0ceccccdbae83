import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { withSection } from "./document.ts";
import type { Plot } from "./plots.ts";

const DOCUMENT = new URL("../../../../docs/performance.md", import.meta.url);
const PLOTS = new URL("../../../../docs/plots/", import.meta.url);

/** Replaces a section of docs/performance.md. */
export function writeSection(name: string, section: string): void {
  const document = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "# Performance\n";
  writeFileSync(DOCUMENT, withSection(document, name, section));
}

/** Writes the plots to docs/plots. */
export function writePlots(plots: readonly Plot[]): void {
  mkdirSync(PLOTS, { recursive: true });
  for (const { name, svg } of plots) writeFileSync(new URL(`${name}.svg`, PLOTS), svg);
}
