import { basename, dirname, join } from "node:path/posix";
import { expect, test } from "vitest";
import { systemError } from "../system-error.ts";
import { type PathCalls, realPath } from "./real-path.ts";

/** A file system with these real paths, and links that lead nowhere; anything else is missing. */
function calls(reals: Record<string, string>, broken: readonly string[] = [], code = "ENOENT"): PathCalls {
  const real = (path: string): string => {
    const found = reals[path];
    if (found === undefined) throw systemError(code, "cannot be found", path);
    return found;
  };
  return { dirname, basename, join, real, isLink: (path) => broken.includes(path) };
}

test("realPath() is what the runtime says of a path that is there", () => {
  expect(realPath("/link", calls({ "/link": "/data" }))).toBe("/data");
});

test("realPath() of what is yet to be made is below the real path of the nearest folder that is there", () => {
  for (const code of ["ENOENT", "ENOTDIR"])
    expect(realPath("/link/a/b", calls({ "/link": "/data" }, [], code))).toBe("/data/a/b");
});

test("realPath() throws ELOOP for a link that leads nowhere, and below one", () => {
  for (const path of ["/link", "/link/a"])
    expect(() => realPath(path, calls({ "/": "/" }, ["/link"]))).toThrow(
      expect.objectContaining({ code: "ELOOP", path: "/link" }),
    );
});

test("realPath() throws what keeps a path from being looked at, and what the outermost folder fails with", () => {
  expect(() => realPath("/a/b", calls({ "/": "/" }, [], "EACCES"))).toThrow(
    "EACCES: cannot be found, '/a/b'",
  );
  expect(() => realPath("/a/b", calls({}))).toThrow("ENOENT: cannot be found, '/'");
});
