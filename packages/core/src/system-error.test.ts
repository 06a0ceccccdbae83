import { expect, test } from "vitest";
import {
  errorOf,
  isCrowded,
  isUnopened,
  linkError,
  opened,
  systemCode,
  systemError,
} from "./system-error.ts";

test("systemError() has the code, the path and a message of both", () => {
  const error = systemError("ENOTDIR", "is not a folder", "/data/a");
  expect(error).toMatchObject({ code: "ENOTDIR", path: "/data/a" });
  expect(error.message).toBe("ENOTDIR: is not a folder, '/data/a'");
  expect(linkError("/data/b")).toMatchObject({ code: "ELOOP", path: "/data/b" });
});

test("systemCode() gives the code of what has a text as such, and of nothing else", () => {
  expect(systemCode(systemError("ENOENT", "is not there", "/data"))).toBe("ENOENT");
  expect(systemCode({ code: "EIO" })).toBe("EIO");
  for (const other of [undefined, null, "ENOENT", new Error("ENOENT"), { code: 2 }])
    expect(systemCode(other)).toBeUndefined();
});

test("errorOf() gives an error as it is, and anything else as an error's message", () => {
  const error = new RangeError("as it is");
  expect(errorOf(error)).toBe(error);
  expect(errorOf("a text")).toEqual(new Error("a text"));
  expect(errorOf(undefined)).toEqual(new Error("undefined"));
});

test("isCrowded() is true of the two codes of too many open files alone", () => {
  const codes = ["EMFILE", "ENFILE", "ENOENT", "EBUSY"];
  expect(codes.map((code) => isCrowded(systemError(code, "failed", "/data")))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(isCrowded("EMFILE")).toBe(false);
});

test("isUnopened() is true of what opened() throws, whatever that was, and of nothing else", () => {
  const thrown = (error: unknown): unknown => {
    try {
      return opened(() => {
        throw error;
      });
    } catch (marked) {
      return marked;
    }
  };
  const error = systemError("EACCES", "permission denied", "/data");
  for (const other of [undefined, null, "text", error, { unopened: 1 }])
    expect(isUnopened(other)).toBe(false);
  expect(thrown(error)).toBe(error);
  expect([isUnopened(error), isUnopened(thrown("a text"))]).toEqual([true, true]);
  expect(opened(() => 7)).toBe(7);
});
