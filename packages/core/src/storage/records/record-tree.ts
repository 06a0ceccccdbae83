import type { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { ioError } from "../io-error.ts";
import { STORE_FOLDER } from "../layout.ts";
import { compareNames, pathIn } from "../names.ts";
import { mayBeGarbled, refuseTwins } from "./garbled-names.ts";

/** A folder found on a walk through a tree. */
export type RecordFolder = {
  readonly path: string;
  /** Whether it is listed but cannot be found: its name on disk may differ from the one shown. */
  readonly isLost: boolean;
  /** Whether it is, or is within, the directory of another store: one with a folder `.baba` of its own. */
  readonly isForeign: boolean;
};

/** A folder to be walked: `isForeign` if it is within another store's directory. */
type Step = Pick<RecordFolder, "path" | "isForeign">;

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
  const left: Step[] = [{ path: ".", isForeign: false }];
  for (let step = left.pop(); step !== undefined; step = left.pop()) {
    const { path } = step;
    const inside = await foldersIn(files, path, unopened);
    const isForeign = step.isForeign || (path !== "." && inside?.hasStore === true);
    if (inside !== undefined) yield { path, isLost: false, isForeign };
    else if (mayBeGarbled(path)) yield { path, isLost: true, isForeign };
    for (const folder of inside?.paths.reverse() ?? []) left.push({ path: folder, isForeign });
  }
}

/** Their paths, sorted, and whether a store's own folder is beside them. */
async function foldersIn(
  files: FileSystem,
  folder: string,
  unopened: Unopened,
): Promise<{ readonly paths: string[]; readonly hasStore: boolean } | undefined> {
  try {
    const entries = await files.list(folder);
    if (entries === undefined) return undefined;
    const inside = entries.filter(({ kind }) => kind === "folder").map(({ name }) => name);
    const shown = inside.filter((name) => !name.startsWith("."));
    const paths = shown.map((name) => pathIn(folder, name)).sort(compareNames);
    await refuseTwins(paths, (names) => files.kinds(names));
    return { paths, hasStore: inside.includes(STORE_FOLDER) };
  } catch (error) {
    unopened(ioError(error, folder, "open the folder"));
    return undefined;
  }
}

function raise(error: BabaError): never {
  throw error;
}
