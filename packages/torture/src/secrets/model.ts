import * as v from "valibot";

/** A record with secrets in all kinds of places: text, property names, bytes. */
export const Letter = v.object({
  id: v.number(),
  subject: v.string(),
  body: v.string(),
  notes: v.record(v.string(), v.string()),
  seal: v.instance(Uint8Array),
});

/** How the store is locked; a passphrase costs a writer most of a second, an identity nothing. */
export const Way = v.variant("way", [
  v.object({ way: v.literal("passphrase"), passphrase: v.string() }),
  v.object({ way: v.literal("identity"), identity: v.string() }),
  v.object({ way: v.literal("key"), key: v.string() }),
]);
export type Way = v.InferOutput<typeof Way>;

/** A writer's argument. */
export const WriterArgument = v.object({
  directory: v.string(),
  unlock: Way,
  /** What no file may reveal. */
  secrets: v.array(v.string()),
  seed: v.number(),
  settle: v.picklist(["commit", "background"]),
});
