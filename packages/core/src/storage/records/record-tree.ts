import type { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { ioError } from "../io-error.ts";
import { compareNames, pathIn } from "../names.ts";
import { mayBeGarbled, refuseTwins } from "./garbled-names.ts";

/** A folder found on a walk through a tree. */
export type RecordFolder = {
  readonly path: string;
  /** Whether it is listed but cannot be found: its name on disk may differ from the one shown. */
  readonly isLost: boolean;
};

/** Is told of a folder that cannot be opened; unless it throws, the walk goes on without that folder. */
export type Unopened = (error: BabaError) => void;

/**
 * The directory itself (`"."`) and every folder below it that may hold records, each before its subfolders.
 * Folders whose names begin with a dot, such as the store's own, are left out.
 *
 * @throws `BABA_NAME` if a name stands for two folders, `BABA_PERMISSION`, `BABA_NOT_A_FOLDER`, `BABA_IO`
 */
export async function* recordFolders(
  files: FileSystem,
  unopened: Unopened = raise,
): AsyncGenerator<RecordFolder> {
  // A stack instead of nested generators, which would overflow the call stack.
  const left = ["."];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const inside = await foldersIn(files, path, unopened);
    if (inside !== undefined) yield { path, isLost: false };
    else if (mayBeGarbled(path)) yield { path, isLost: true };
    for (const folder of inside?.reverse() ?? []) left.push(folder);
  }
}

/** Their paths, sorted. */
async function foldersIn(
  files: FileSystem,
  folder: string,
  unopened: Unopened,
): Promise<string[] | undefined> {
  try {
    const entries = await files.list(folder);
    const inside = entries?.filter(({ name, kind }) => kind === "folder" && !name.startsWith("."));
    const paths = inside?.map(({ name }) => pathIn(folder, name)).sort(compareNames);
    await refuseTwins(paths ?? [], (names) => files.kinds(names));
    return paths;
  } catch (error) {
    unopened(ioError(error, folder, "open the folder"));
    return undefined;
  }
}

function raise(error: BabaError): never {
  throw error;
}
