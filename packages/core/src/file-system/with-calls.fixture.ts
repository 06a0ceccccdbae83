import type { FileSystem } from "./file-system.ts";

/** A file system of which these calls are others; the rest go to the original. */
export function withCalls(files: FileSystem, calls: Partial<FileSystem>): FileSystem {
  return new Proxy(files, {
    get(target, name) {
      const method: unknown = Reflect.get(Object.hasOwn(calls, name) ? calls : target, name);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}
