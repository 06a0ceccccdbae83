import { readFileSync } from "node:fs";
import { join } from "node:path";
import { leftoversOf } from "../harness/tree.ts";

/** What is left in the store's own folder and belongs to none of these live processes. */
export function strangersIn(directory: string, pids: readonly number[]): string[] {
  return leftoversOf(directory).filter((name) => !belongsTo(directory, name, pids));
}

/** Whether a file in the store's own folder belongs to one of these processes. */
function belongsTo(directory: string, name: string, pids: readonly number[]): boolean {
  if (name.startsWith("tmp/")) return false;
  const text = textOf(join(directory, ".baba", name));
  // A lock that was held for a moment after the commit has been released since.
  if (text === undefined) return true;
  return pids.some((pid) => text.includes(`"pid":${pid},`));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
