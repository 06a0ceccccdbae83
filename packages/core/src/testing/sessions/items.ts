import * as v from "valibot";

/** The records of session programs: `n` tells every write from every other. */
export const Item: v.ObjectSchema<
  {
    readonly id: v.UnionSchema<
      [v.NumberSchema<undefined>, v.StringSchema<undefined>, v.BigintSchema<undefined>],
      undefined
    >;
    readonly n: v.NumberSchema<undefined>;
    readonly team: v.StringSchema<undefined>;
    readonly value: v.AnySchema;
  },
  undefined
> = v.object({
  id: v.union([v.number(), v.string(), v.bigint()]),
  n: v.number(),
  team: v.string(),
  value: v.any(),
});

/** The same records seen through a schema of scalars, which only checks. */
export const Plain: v.ObjectSchema<
  { readonly n: v.NumberSchema<undefined>; readonly team: v.StringSchema<undefined> },
  undefined
> = v.object({ n: v.number(), team: v.string() });

export type ItemRecord = v.InferOutput<typeof Item>;

/** Describes a record; `itemOf` makes it anew each time, so that nobody shares it. */
export type ItemPlan = {
  readonly id: number;
  readonly n: number;
  readonly team: number;
  readonly value: number;
};

const TEAMS = ["red", "blue", 'with "quotes"', "caf\u00e9"];
/** Each gives the same value in one of two equal forms. */
const VALUES: readonly ((other: boolean) => unknown)[] = [
  () => null,
  () => Number.NaN,
  () => -0,
  () => 10n ** 20n,
  () => new Date(86_400_000),
  () => new Uint8Array([0, 128, 255]),
  (other) =>
    new Map<unknown, unknown>(
      inOrder(other, [
        ["k", [1]],
        [2, new Date(0)],
      ]),
    ),
  (other) => new Set<unknown>(inOrder(other, ["s", 3n, Number.NaN])),
  (other) => (other ? { b: { $date: "x" }, a: [-0] } : { a: [-0], b: { $date: "x" } }),
  () => JSON.parse('{"__proto__":{"a":1}}'),
  () => "long ".repeat(1000),
  () => [[], {}, "", Number.POSITIVE_INFINITY],
];

/** How many different values and teams there are; a map is to be the commonest value. */
export const KINDS: { readonly values: number; readonly commonest: number; readonly teams: number } = {
  values: VALUES.length,
  commonest: 6,
  teams: TEAMS.length,
};

/** A new record. */
export function itemOf({ id, n, team, value }: ItemPlan): ItemRecord {
  return {
    id: [id, String(id), BigInt(id)][n % 3] ?? id,
    n,
    team: teamOf(team),
    value: wantedValue(value, false),
  };
}

export function teamOf(team: number): string {
  return TEAMS[team] ?? "";
}

/** A new value; `other`: in its other form, which is equal. */
export function wantedValue(value: number, other: boolean): unknown {
  return VALUES[value]?.(other);
}

/** What `Plain` reads of a record. */
export function plainOf({ n, team }: ItemRecord): v.InferOutput<typeof Plain> {
  return { n, team };
}

function inOrder<T>(reversed: boolean, values: T[]): T[] {
  return reversed ? values.reverse() : values;
}

/** Equal values, and only those, have equal texts; in no hurry. */
export function textOf(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value);
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof Uint8Array) return `Bytes(${value.join()})`;
  if (value instanceof Map) return `Map(${sorted([...value].map(textOf))})`;
  if (value instanceof Set) return `Set(${sorted([...value].map(textOf))})`;
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  return `{${sorted(Object.entries(value).map(([key, held]) => `${JSON.stringify(key)}:${textOf(held)}`))}}`;
}

function sorted(texts: string[]): string {
  return texts.sort().join();
}

/** Changes everything within a value that can be changed, as its owner may. */
export function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Uint8Array) value.fill(7);
  else if (value instanceof Date) value.setTime(7);
  else if (value instanceof Map) value.set("spoilt", [...value].map(spoil));
  else if (value instanceof Set) value.add("spoilt");
  else spoilProperties(value);
}

function spoilProperties(value: object): void {
  for (const key of Object.keys(value)) {
    spoil(Reflect.get(value, key));
    Object.defineProperty(value, key, { value: "spoilt" });
  }
  Object.defineProperty(value, "spoilt", { value: true, enumerable: true });
}
