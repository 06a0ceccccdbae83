import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Suite } from "./suite.ts";

/** Keeps the sentences of what was broken, for tests of checkers. */
export class Verdict {
  readonly broken: string[] = [];
  readonly check: Suite["check"] = (kept, sentence) => {
    if (!kept) this.broken.push(sentence);
  };
}

/** Makes new folders for the tests of a file, and removes them after the last. */
export function newFolders(): () => string {
  const made: string[] = [];
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "baba-planted-"));
    made.push(folder);
    return folder;
  };
}
