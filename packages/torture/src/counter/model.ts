import * as v from "valibot";

export const Counter = v.object({ count: v.number() });
export const COUNTER = "counter.baba";

/** What a client is told when it is started. */
export const ClientArgument = v.object({
  directory: v.string(),
  increments: v.number(),
  settle: v.picklist(["commit", "background"]),
});
