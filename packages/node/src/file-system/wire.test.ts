import { runInNewContext } from "node:vm";
import { errorOf, systemCode } from "@baba/core/adapter";
import { expect, test } from "vitest";
import { packError, unpackError } from "./wire.ts";

const details = { code: "ENOENT", errno: -2, syscall: "open", path: "/a" };
/** Of another realm, like what `node:fs` throws in a VM context. */
const foreign: unknown = runInNewContext("Object.assign(new Error('gone'), details)", { details });

test("an error of another realm keeps its code and the rest, and becomes one of this realm", () => {
  expect(foreign instanceof Error).toBe(false);
  expect(systemCode(foreign)).toBe("ENOENT");
  expect(packError(foreign)).toEqual({ message: "gone", ...details });
  expect(unpackError(packError(foreign))).toMatchObject({ message: "gone", ...details });
  const error = errorOf(foreign);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ message: "gone", ...details });
});

test("an error of this realm stays itself, and what is none becomes one", () => {
  const own = new Error("gone");
  expect(errorOf(own)).toBe(own);
  expect(errorOf("status 1").message).toBe("status 1");
  expect(errorOf(null).message).toBe("null");
  for (const thrown of [null, undefined, "ENOENT", 7, { code: 2 }])
    expect(systemCode(thrown)).toBeUndefined();
});
