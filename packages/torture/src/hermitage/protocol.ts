import * as v from "valibot";

/** A request to a client process: to begin a session in a directory, to make a call in it, or to close it. */
export const Request = v.variant("act", [
  v.object({ act: v.literal("begin"), directory: v.string() }),
  v.object({ act: v.literal("read"), key: v.string() }),
  v.object({ act: v.literal("write"), key: v.string(), value: v.number() }),
  v.object({ act: v.picklist(["list", "commit", "rollback", "close"]) }),
]);
export type Request = v.InferOutput<typeof Request>;

/** Its answer: an error's code or the call's result. */
export const Reply = v.object({
  error: v.optional(v.string()),
  value: v.optional(v.number()),
  keys: v.optional(v.array(v.string()), []),
});
