import * as v from "valibot";

/** The records that every engine stores: about 250 bytes of JSON. */
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

export const CITIES = ["Lisbon", "Osaka", "Nairobi", "Montevideo", "Tromso"] as const;
const TEAMS = ["red", "green", "blue"];

/** Makes `count` different records, numbered from `first` on. */
export function people(first: number, count: number): Person[] {
  return Array.from({ length: count }, (_, i) => person(first + i));
}

function person(id: number): Person {
  return {
    id,
    name: `Person Number ${id}`,
    email: `person.${id}@example.org`,
    city: CITIES[id % CITIES.length] ?? "",
    team: TEAMS[id % TEAMS.length] ?? "",
    active: id % 2 === 0,
    score: (id * 7919) % 10_007,
    tags: [`tag-${id % 10}`, `tag-${id % 17}`, "all"],
    notes: `Met at the ${id}th gathering; likes long walks and short meetings.`,
  };
}
