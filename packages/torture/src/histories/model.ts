import * as v from "valibot";

/** A key's list: `keys/<key>.baba`. In a folder of a listing the records are empty: their names are the numbers. */
export const List = v.object({ list: v.array(v.number()) });

/** What a client process is told when it is started. */
export const ClientArgument = v.object({
  directory: v.string(),
  /** The file for its history. */
  history: v.string(),
  /** `process.hrtime.bigint()` at the beginning of the run, in decimal. */
  origin: v.string(),
  seed: v.number(),
  process: v.number(),
  processes: v.number(),
  /** Sessions open at the same time. */
  sessions: v.number(),
  /** Transactions that each of them has to commit. */
  commits: v.number(),
  durability: v.picklist(["full", "relaxed"]),
  settle: v.picklist(["commit", "background"]),
});
export type ClientArgument = v.InferOutput<typeof ClientArgument>;
