import { expect, test } from "vitest";
import { systemError } from "../system-error.ts";
import { makeRoot } from "./make-folder.ts";

const above = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

/** A file system of folders alone; `barren` is one in which nothing can be made. */
function folders(there: string[], barren?: string) {
  const tries: string[] = [];
  const make = (path: string): boolean => {
    tries.push(path);
    if (there.includes(path)) return false;
    if (above(path) === barren || !there.includes(above(path)))
      throw systemError("ENOENT", "does not exist", path);
    there.push(path);
    return true;
  };
  return { there, make, tries };
}

test("makeRoot() makes what is missing, outermost first, and gives the folders that hold it", () => {
  const { there, make } = folders(["/", "/a"]);
  expect(makeRoot("/a/b/c", above, make)).toEqual(["/a", "/a/b"]);
  expect(there).toEqual(["/", "/a", "/a/b", "/a/b/c"]);
  expect(makeRoot("/a/b/c", above, make)).toEqual([]);
});

test("makeRoot() fails with ENOENT where a folder that exists takes none, after two tries", () => {
  const { make, tries } = folders(["/", "/proc"], "/proc");
  expect(() => makeRoot("/proc/x", above, make)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  expect(tries).toEqual(["/proc/x", "/proc", "/proc/x"]);
});

test("makeRoot() fails where nothing is, not even the outermost folder", () => {
  expect(() => makeRoot("/a", above, folders([]).make)).toThrow("ENOENT");
});

test("makeRoot() lets other failures through", () => {
  const failing = (): boolean => {
    throw systemError("EACCES", "is closed", "/a");
  };
  expect(() => makeRoot("/a/b", above, failing)).toThrow("EACCES");
});
