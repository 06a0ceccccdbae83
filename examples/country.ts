import * as v from "valibot";
import type { Country as Source } from "world-countries";

const Text = v.pipe(v.string(), v.nonEmpty());
const Names = v.object({ common: Text, official: Text });
/** ISO 639-3, as `jpn`. */
const Language = v.pipe(v.string(), v.regex(/^[a-z]{3}$/));
/** ISO 3166-1 alpha-3, as `JPN`. */
const Alpha3 = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/));
const CurrencyCode = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/));
const Degrees = (most: number) => v.pipe(v.number(), v.minValue(-most), v.maxValue(most));

/** One country; its file is named by `id`. */
export const Country = v.object({
  id: Alpha3,
  codes: v.object({
    alpha2: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)),
    numeric: v.nullable(v.pipe(v.string(), v.regex(/^\d{3}$/))),
    olympic: v.nullable(Alpha3),
  }),
  name: v.object({ ...Names.entries, native: v.record(Language, Names) }),
  spellings: v.array(Text),
  translations: v.record(Language, Names),
  demonyms: v.record(Language, v.object({ f: v.string(), m: v.string() })),
  flag: v.nullable(v.pipe(v.string(), v.emoji())),
  /** With the dot where their script has it: before the letters, or behind. */
  domains: v.array(v.pipe(v.string(), v.includes("."))),
  dialling: v.object({ root: v.string(), suffixes: v.array(v.pipe(v.string(), v.regex(/^\d*$/))) }),
  capitals: v.array(Text),
  region: v.picklist(["Africa", "Americas", "Antarctic", "Asia", "Europe", "Oceania"]),
  subregion: v.string(),
  languages: v.record(Language, Text),
  currencies: v.record(CurrencyCode, v.object({ name: Text, symbol: v.string() })),
  status: v.picklist(["officially-assigned", "user-assigned"]),
  independent: v.nullable(v.boolean()),
  unitedNations: v.nullable(v.object({ group: v.nullable(Text) })),
  landlocked: v.boolean(),
  borders: v.array(Alpha3),
  position: v.strictTuple([Degrees(90), Degrees(180)]),
  /** In square kilometres, where it is known. */
  area: v.nullable(v.pipe(v.number(), v.minValue(0))),
  /** When somebody was there: dates survive in a file as dates. */
  visits: v.optional(v.array(v.date()), []),
});

export type Country = v.InferOutput<typeof Country>;

/** A country of the package `world-countries` in our words. */
export function fromSource(source: Source): v.InferInput<typeof Country> {
  return {
    id: source.cca3,
    codes: { alpha2: source.cca2, numeric: source.ccn3 || null, olympic: source.cioc || null },
    name: source.name,
    spellings: source.altSpellings,
    translations: source.translations,
    demonyms: source.demonyms,
    flag: source.flag || null,
    domains: source.tld,
    dialling: source.idd,
    capitals: source.capital,
    region: regionOf(source),
    subregion: source.subregion,
    languages: source.languages,
    currencies: source.currencies,
    status: source.status === "user-assigned" ? "user-assigned" : "officially-assigned",
    independent: source.independent,
    unitedNations: source.unMember ? { group: source.unRegionalGroup || null } : null,
    landlocked: source.landlocked,
    borders: source.borders,
    position: source.latlng,
    area: source.area < 0 ? null : source.area,
  };
}

function regionOf({ region }: Source): Country["region"] {
  return v.parse(Country.entries.region, region);
}
