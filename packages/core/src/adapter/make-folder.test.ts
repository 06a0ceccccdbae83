import { expect, test } from "vitest";
import { systemError } from "../system-error.ts";
import { makeFolders } from "./make-folder.ts";

/** A file system of folders alone, and what was tried to be made; nothing can be made in `barren`. */
function folders(there: string[], barren?: string) {
  const tries: string[] = [];
  const above = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
  const calls = {
    above,
    isFolder: (path: string) => there.includes(path),
    mustBeFolder: () => undefined,
    make(path: string): void {
      tries.push(path);
      if (there.includes(path)) throw systemError("EEXIST", "exists", path);
      if (above(path) === barren || !there.includes(above(path)))
        throw systemError("ENOENT", "does not exist", path);
      there.push(path);
    },
  };
  return { there, calls, tries };
}

test("makeFolders() makes what is missing, outermost first, and gives the folders that hold the way to the root", () => {
  const { there, calls } = folders(["/", "/a"]);
  expect(makeFolders("/a/b/c", "d/e", calls)).toEqual({ made: [".", "d", "d/e"], holders: ["/a", "/a/b"] });
  expect(there).toEqual(["/", "/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a/b/c/d/e"]);
  expect(makeFolders("/a/b/c", "d/f", calls)).toEqual({ made: ["d/f"], holders: [] });
  expect(makeFolders("/a/b/c", ".", calls)).toEqual({ made: [], holders: [] });
});

test("makeFolders() counts the root among what it made if nothing above it was missing", () => {
  const { calls } = folders(["/", "/a"]);
  expect(makeFolders("/a/b", ".", calls)).toEqual({ made: ["."], holders: ["/a"] });
});

test("makeFolders() throws ENOENT if a folder that exists takes none, after two tries", () => {
  const { calls, tries } = folders(["/", "/proc"], "/proc");
  expect(() => makeFolders("/proc/x", "a", calls)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  expect(tries).toEqual(["/proc/x", "/proc/x"]);
});

test("makeFolders() throws ENOENT if there is nothing, not even the outermost folder", () => {
  expect(() => makeFolders("/a", ".", folders([]).calls)).toThrow("ENOENT");
});

test("makeFolders() lets other failures through, on the way to the root and below it", () => {
  const make = (path: string): never => {
    throw systemError("EACCES", "is closed", path);
  };
  const { calls } = folders(["/", "/a"]);
  expect(() => makeFolders("/a/b", ".", { ...calls, make })).toThrow("EACCES");
  expect(() => makeFolders("/a", "b", { ...calls, make })).toThrow("EACCES");
});

test("makeFolders() takes a folder that another process has just made, and refuses what is none", () => {
  const { calls } = folders(["/", "/a", "/a/b"]);
  let looks = 0;
  const later = { ...calls, isFolder: (path: string) => looks++ > 0 && calls.isFolder(path) };
  expect(makeFolders("/a", ".", later)).toEqual({ made: [], holders: [] });
  const mustBeFolder = (path: string): never => {
    throw systemError("ENOTDIR", "is not a folder", path);
  };
  expect(() => makeFolders("/a", "b", { ...calls, mustBeFolder })).toThrow("ENOTDIR");
  expect(() => makeFolders("/a", ".", { ...calls, isFolder: () => false })).toThrow("EEXIST");
});
