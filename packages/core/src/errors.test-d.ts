import { expectTypeOf, test } from "vitest";
import {
  type BabaError,
  type BabaErrorCode,
  CommitUnknownError,
  ConflictError,
  LockedError,
} from "./errors.ts";

test("an error's class tells its code", () => {
  expectTypeOf<BabaError["code"]>().toEqualTypeOf<BabaErrorCode>();
  expectTypeOf(new ConflictError("").code).toEqualTypeOf<"BABA_CONFLICT">();
  expectTypeOf(new LockedError("").code).toEqualTypeOf<"BABA_LOCKED">();
  expectTypeOf(new CommitUnknownError("").code).toEqualTypeOf<"BABA_COMMIT_UNKNOWN">();
});
