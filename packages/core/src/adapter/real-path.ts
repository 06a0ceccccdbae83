import { systemCode, systemError } from "../system-error.ts";

/** A runtime's calls for single paths. */
export type PathCalls = {
  /** The folder that holds a path; of the outermost one, that folder itself. */
  dirname(path: string): string;
  /** The last segment of a path. */
  basename(path: string): string;
  join(folder: string, name: string): string;
  /** The path without links of what is there. @throws `ENOENT`, `ENOTDIR` if nothing is */
  real(path: string): string;
  /** Whether there is a symbolic link, wherever it leads. */
  isLink(path: string): boolean;
};

/**
 * The one path of a folder, whatever links lead to it; also of one that is yet to be made. For
 * `FileSystem.identity`.
 *
 * @param path a full path
 * @throws `ELOOP` for a symbolic link that leads nowhere
 * @example
 * ```ts
 * import { realPath, systemError } from "@baba/core/adapter";
 * const path = realPath("/link/new", {
 *   dirname: (path) => path.slice(0, path.lastIndexOf("/")) || "/",
 *   basename: (path) => path.slice(path.lastIndexOf("/") + 1),
 *   join: (folder, name) => `${folder}/${name}`,
 *   real(path) {
 *     if (path === "/link") return "/data";
 *     throw systemError("ENOENT", "does not exist", path);
 *   },
 *   isLink: (path) => path === "/link",
 * });
 * console.log(path); // /data/new
 * ```
 */
export function realPath(path: string, calls: PathCalls): string {
  try {
    return calls.real(path);
  } catch (error) {
    const above = calls.dirname(path);
    const code = systemCode(error);
    if (above === path || (code !== "ENOENT" && code !== "ENOTDIR")) throw error;
    if (calls.isLink(path)) throw systemError("ELOOP", "is a symbolic link that leads nowhere", path);
    return calls.join(realPath(above, calls), calls.basename(path));
  }
}
