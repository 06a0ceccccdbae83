import * as v from "valibot";

/** A key's list: `keys/<key>.baba`. In a listing's folder, records are empty: their names are the numbers. */
export const List = v.object({ list: v.array(v.number()) });

/** A client process's argument. */
export const ClientArgument = v.object({
  directory: v.string(),
  /** The file for its history. */
  history: v.string(),
  /** `process.hrtime.bigint()` at the start of the run, in decimal. */
  origin: v.string(),
  seed: v.number(),
  process: v.number(),
  processes: v.number(),
  /** The number of concurrent sessions. */
  sessions: v.number(),
  /** The number of transactions that each commits. */
  commits: v.number(),
  durability: v.picklist(["full", "relaxed"]),
  settle: v.picklist(["commit", "background"]),
});
export type ClientArgument = v.InferOutput<typeof ClientArgument>;
