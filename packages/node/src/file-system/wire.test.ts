import { runInNewContext } from "node:vm";
import { errorOf, systemCode } from "@baba/core/adapter";
import { expect, test } from "vitest";
import { packError, unpackError } from "./wire.ts";

const details = { code: "ENOENT", errno: -2, syscall: "open", path: "/a" };
/** Of another realm, like what `node:fs` throws in a VM context. */
const foreign: unknown = runInNewContext("Object.assign(new Error('gone'), details)", { details });

test("packError(), unpackError() and errorOf() keep the code and the rest of an error of another realm", () => {
  expect(foreign instanceof Error).toBe(false);
  expect(systemCode(foreign)).toBe("ENOENT");
  expect(packError(foreign)).toEqual({ message: "gone", ...details });
  expect(unpackError(packError(foreign))).toMatchObject({ message: "gone", ...details });
  const error = errorOf(foreign);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ message: "gone", ...details });
});

test("errorOf() gives an error of this realm as it is, and an error for anything else", () => {
  const own = new Error("gone");
  expect(errorOf(own)).toBe(own);
  expect(errorOf("status 1").message).toBe("status 1");
  expect(errorOf(null).message).toBe("null");
  for (const thrown of [null, undefined, "ENOENT", 7, { code: 2 }])
    expect(systemCode(thrown)).toBeUndefined();
});
