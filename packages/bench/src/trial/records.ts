import type { Person } from "./person.ts";

export const CITIES = ["Lisbon", "Osaka", "Nairobi", "Montevideo", "Tromso"] as const;
const TEAMS = ["red", "green", "blue"];

/** Makes `count` different records of about 250 bytes of JSON, numbered from `first` on. */
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
