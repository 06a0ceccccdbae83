import { beforeEach, expect, test } from "vitest";
import { systemError } from "../system-error.ts";
import { mustStayBelow, PathCheck } from "./path-check.ts";
import { Trust } from "./trust.ts";

/** The full paths of the folders that were checked. */
let looks: string[] = [];
let missing: string[] = [];
beforeEach(() => {
  looks = [];
  missing = [];
});

function mustBeFolder(full: string): void {
  looks.push(full);
  if (missing.includes(full)) throw systemError("ENOENT", "is not there", full);
}

const rules = { mustBeFolder, onWindows: false };
const check = (trust?: Trust): PathCheck => new PathCheck("/data", rules, trust);

test("PathCheck.resolve() looks at each folder on the way once, outermost first, and at the root never", () => {
  const folders = check();
  const paths = ["1.baba", "a/b/1.baba", "a/b/2.baba", "a/2.baba", "a/b/3.baba"];
  expect(paths.map((path) => folders.resolve(path))).toEqual(paths.map((path) => `/data/${path}`));
  expect(looks).toEqual(["/data/a", "/data/a/b"]);
});

test("PathCheck.resolve() is not misled by a folder whose name is as long as the last one's, or begins like it", () => {
  const folders = check();
  for (const path of ["ab/1.baba", "abc/1.baba", "a/1.baba", "ac/1.baba", "de/1.baba"]) folders.resolve(path);
  expect(looks).toEqual(["/data/ab", "/data/abc", "/data/a", "/data/ac", "/data/de"]);
});

test("PathCheck.at() throws what is wrong with a folder on the way, without another look or the use", () => {
  missing = ["/data/a"];
  const folders = check();
  const used: string[] = [];
  for (const path of ["a/1.baba", "a/b/1.baba", "a/2.baba"])
    expect(() => folders.at(path, (full) => used.push(full))).toThrow("ENOENT: is not there, '/data/a'");
  expect(looks).toEqual(["/data/a"]);
  expect(used).toEqual([]);
});

test("PathCheck.within() looks at the folder itself, and takes the root as it is", () => {
  const folders = check();
  expect(folders.within("a/b", (full) => full)).toBe("/data/a/b");
  expect(looks).toEqual(["/data/a", "/data/a/b"]);
  expect(folders.within(".", (full) => full)).toBe("/data");
  expect(looks).toHaveLength(2);
  missing = ["/data/c"];
  expect(() => folders.within("c", (full) => full)).toThrow("ENOENT");
});

test("PathCheck.resolve() and within() refuse what leads out of the root, as the system reads paths", () => {
  for (const path of ["../a", "a/../../b", ".."]) {
    expect(() => check().resolve(path), path).toThrow("EINVAL");
    expect(() => check().within(path, (full) => full), path).toThrow("EINVAL");
  }
  expect(check().resolve("a\\b")).toBe("/data/a\\b");
  const onWindows = new PathCheck("/data", { ...rules, onWindows: true });
  expect(() => onWindows.resolve("a\\b")).toThrow("EINVAL");
});

test("PathCheck.at() believes a trusted folder, until something is missed on the way", () => {
  const trust = new Trust();
  check(trust).resolve(".store/1");
  check(trust).resolve(".store/2");
  expect(looks).toEqual(["/data/.store"]);
  const missed = (code: string) => () =>
    check(trust).at(".store/3", (full) => {
      throw systemError(code, "failed", full);
    });
  expect(missed("EIO")).toThrow("EIO");
  expect(looks).toHaveLength(1);
  for (const [i, code] of ["ELOOP", "ENOENT", "ENOTDIR"].entries()) {
    expect(missed(code)).toThrow(code);
    check(trust).resolve(".store/4");
    expect(looks, code).toEqual(Array.from({ length: i + 2 }, () => "/data/.store"));
  }
});

test("mustStayBelow() refuses what leads out of the root, as the system reads paths", () => {
  for (const path of ["..", "../a", "a/../../b", "a/.."])
    expect(() => mustStayBelow(path, false), path).toThrow("EINVAL: leads out of its folder");
  for (const path of ["a..b", "..a/b", "a\\..\\b", "c:d"])
    expect(() => mustStayBelow(path, false), path).not.toThrow();
  for (const path of ["a\\..\\b", "c:d", "a/../.."])
    expect(() => mustStayBelow(path, true), path).toThrow("EINVAL");
});
