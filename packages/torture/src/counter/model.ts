import * as v from "valibot";

export const Counter = v.object({ count: v.number() });
export const COUNTER = "counter.baba";

/** A client's argument. */
export const ClientArgument = v.object({
  directory: v.string(),
  increments: v.number(),
  settle: v.picklist(["commit", "background"]),
});
