import * as v from "valibot";

/** What a client process is asked: a new session in a directory, a call of it, or to let go of the directory. */
export const Request = v.variant("act", [
  v.object({ act: v.literal("begin"), directory: v.string() }),
  v.object({ act: v.literal("read"), key: v.string() }),
  v.object({ act: v.literal("write"), key: v.string(), value: v.number() }),
  v.object({ act: v.picklist(["list", "commit", "rollback", "close"]) }),
]);
export type Request = v.InferOutput<typeof Request>;

/** What it answers: the code of the error, or what the call gave. */
export const Reply = v.object({
  error: v.optional(v.string()),
  value: v.optional(v.number()),
  keys: v.optional(v.array(v.string()), []),
});
