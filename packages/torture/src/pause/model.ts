import * as v from "valibot";

export const Tally = v.object({ count: v.number() });
/** Every commit increments all of these, to reveal half a commit; enough of them to take a while to place. */
export const TALLIES: readonly string[] = Array.from({ length: 40 }, (_, i) => `tallies/t${i}.baba`);

/** A request: to count while holding the write lock, once, or until `go`; or to remove the lock. */
export const Request = v.object({ act: v.picklist(["hold", "count", "storm", "force", "go"]) });
export type Request = v.InferOutput<typeof Request>;

/** The final answer to a request: how many commits were acknowledged, and why one was not. */
export const Outcome = v.object({
  acknowledged: v.number(),
  error: v.optional(v.string()),
  message: v.optional(v.string(), ""),
  /** When it released the lock (`hold`) or its commit was acknowledged, in nanoseconds since `origin`. */
  at: v.number(),
});
export type Outcome = v.InferOutput<typeof Outcome>;

/** A client's message when it has begun: it holds the lock, or tries to get it. */
export const Begun = v.object({ begun: v.literal(true) });

export const ClientArgument = v.object({ directory: v.string(), origin: v.string() });
