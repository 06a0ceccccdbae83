import type { FileSystem } from "../file-system/file-system.ts";
import { ioError } from "./io-error.ts";
import { pathIn } from "./names.ts";

/**
 * The directory itself (`"."`) and every folder below it that may hold records, each before those in it. Folders whose
 * names begin with a dot are not among them, the store's own is one.
 */
export async function* recordFolders(files: FileSystem, folder = "."): AsyncGenerator<string> {
  const entries = await files.list(folder).catch((error: unknown) => {
    throw ioError(error, folder, "open the folder");
  });
  if (entries === undefined) return;
  yield folder;
  const folders = entries.filter(({ name, kind }) => kind === "folder" && !name.startsWith("."));
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    yield* recordFolders(files, pathIn(folder, name));
  }
}
