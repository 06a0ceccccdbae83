import { dirname } from "node:path";
import type { FolderEntry } from "@baba/core";
import { type Made, makeFolders, mustStayBelow, systemCode } from "@baba/core/adapter";
import { kindOf, mustBeFolder, ON_WINDOWS } from "./folders.ts";

/** Makes a folder and its parents, mode 0700; existing ones are checked. */
export function makeFolder(root: string, folder: string): Made {
  mustStayBelow(folder, ON_WINDOWS);
  return makeFolders(
    folder,
    () => makeRoot(root),
    (path) => makeOne(`${root}/${path}`),
  );
}

/** The folders that hold what was made on the way to the root; none if the root existed. */
function makeRoot(root: string): string[] {
  // Links to the root are followed: that is the user's choice.
  if (kindAt(root) === "folder") return [];
  const above = dirname(root);
  try {
    Deno.mkdirSync(root, { mode: 0o700 });
    return [above];
  } catch (error) {
    if (systemCode(error) === "EEXIST" && kindAt(root) === "folder") return [];
    if (systemCode(error) !== "ENOENT" || above === root) throw error;
  }
  return [...makeRoot(above), ...makeRoot(root)];
}

function kindAt(path: string): FolderEntry["kind"] | undefined {
  try {
    return kindOf(Deno.statSync(path));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether this call made the folder. */
function makeOne(path: string): boolean {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
  mustBeFolder(path);
  return false;
}
