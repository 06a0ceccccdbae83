import * as v from "valibot";

export const Counter = v.object({ count: v.number() });
export const COUNTER = "counter.baba";

/** A client's argument. */
export const ClientArgument = v.object({
  directory: v.string(),
  increments: v.number(),
  settle: v.picklist(["commit", "background"]),
});

/** Its report: how often its sessions ran, again after each conflict. */
export const ClientReport = v.object({ runs: v.number() });
export type ClientReport = v.InferOutput<typeof ClientReport>;
