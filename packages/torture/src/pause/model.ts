import * as v from "valibot";

export const Tally = v.object({ count: v.number() });
/** Every commit counts all of these up together, so that half a commit shows; enough to take a while to place. */
export const TALLIES: readonly string[] = Array.from({ length: 40 }, (_, i) => `tallies/t${i}.baba`);

/** What a client is asked: to count while it holds the write lock, once, or until `go`; or to remove the lock. */
export const Request = v.object({ act: v.picklist(["hold", "count", "storm", "force", "go"]) });
export type Request = v.InferOutput<typeof Request>;

/** What a client answers at the end of a request: how many commits were acknowledged, or why one was not. */
export const Outcome = v.object({
  acknowledged: v.number(),
  error: v.optional(v.string()),
  message: v.optional(v.string(), ""),
  /** Nanoseconds on the machine's clock when it gave up the lock (`hold`) or when its commit was acknowledged. */
  at: v.number(),
});
export type Outcome = v.InferOutput<typeof Outcome>;

/** What a client says when it has begun: it holds the lock, or tries to get it. */
export const Begun = v.object({ begun: v.literal(true) });

export const ClientArgument = v.object({ directory: v.string(), origin: v.string() });
