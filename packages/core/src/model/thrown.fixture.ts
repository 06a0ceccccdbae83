import { expect } from "vitest";
import { BabaError } from "../errors.ts";

/** The error of a call, which must be a BabaError with this code. */
export function errorOf(code: string, call: () => unknown): BabaError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(BabaError);
    expect(error).toMatchObject({ code });
    return error as BabaError;
  }
  throw new Error(`nothing was thrown, and ${code} was expected`);
}
