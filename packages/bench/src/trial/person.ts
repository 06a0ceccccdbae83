import * as v from "valibot";

/** What every engine stores; apart from the records, as most engines need no valibot and must not load it. */
export const Person = v.object({
  id: v.number(),
  name: v.string(),
  email: v.string(),
  city: v.string(),
  team: v.optional(v.string()),
  active: v.boolean(),
  score: v.number(),
  tags: v.array(v.string()),
  notes: v.string(),
});

/** A record in memory. */
export type Person = v.InferOutput<typeof Person>;
