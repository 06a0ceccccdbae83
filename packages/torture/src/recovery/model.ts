import * as v from "valibot";

export const Item = v.object({ version: v.number(), text: v.string() });
/** Where an opener writes, so as not to disturb anything. */
export const VISITS = "visits";
export const FOLDERS: readonly string[] = ["items", "items/deep", "more"];

/** A commit's changes: new versions by name, or `null` for a deletion. */
export const Changes = v.record(v.string(), v.nullable(v.number()));
export type Changes = v.InferOutput<typeof Changes>;

/** A writer's ledger: each commit is noted before it is tried, and again when it is acknowledged. */
export const LedgerLine = v.object({ state: v.picklist(["trying", "acknowledged"]), changes: Changes });

/** A writer's argument. */
export const WriterArgument = v.object({
  directory: v.string(),
  ledger: v.string(),
  seed: v.number(),
  settle: v.picklist(["commit", "background"]),
  /**
   * After this many commits it closes (`"close"`), or kills itself in the turn of the last acknowledgement.
   */
  commits: v.number(),
  end: v.picklist(["close", "kill"]),
});

/** A request to an opener: to open a directory, read everything and perhaps commit a visit; to close it. */
export const Request = v.variant("act", [
  v.object({ act: v.literal("open"), directory: v.string(), visit: v.optional(v.string()) }),
  v.object({ act: v.literal("close") }),
]);
export type Request = v.InferOutput<typeof Request>;

/** What it found: versions by name, or an error's code. */
export const Found = v.object({
  error: v.optional(v.string()),
  items: v.optional(v.record(v.string(), v.number())),
});
export type Found = v.InferOutput<typeof Found>;
