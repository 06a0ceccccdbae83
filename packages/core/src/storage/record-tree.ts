import type { FileSystem } from "../file-system/file-system.ts";
import { ioError } from "./io-error.ts";
import { pathIn } from "./names.ts";

/**
 * The directory itself (`"."`) and every folder below it that may hold records, each before those in it. Folders whose
 * names begin with a dot are not among them, the store's own is one.
 */
export async function* recordFolders(files: FileSystem): AsyncGenerator<string> {
  // A list of what is left, and no generator in a generator: these would end at the size of the stack.
  const left = ["."];
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    const inside = await foldersIn(files, folder);
    if (inside === undefined) continue;
    yield folder;
    for (const name of inside.reverse()) left.push(pathIn(folder, name));
  }
}

/** In the order of their names. */
async function foldersIn(files: FileSystem, folder: string): Promise<string[] | undefined> {
  const entries = await files.list(folder).catch((error: unknown) => {
    throw ioError(error, folder, "open the folder");
  });
  return entries
    ?.filter(({ name, kind }) => kind === "folder" && !name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}
