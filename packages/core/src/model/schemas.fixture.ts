import * as fc from "fast-check";
import * as v from "valibot";
import type { Schema } from "./schema.ts";

type Validate = Schema["~standard"]["validate"];
type Run = (dataset: { readonly value: unknown }, config: object) => ReturnType<Validate>;

function runOf(schema: Schema): Run {
  return Reflect.get(schema, "~run") as Run;
}

/** The same schema with a count of its validations, and optionally another vendor. */
export function asked<S extends Schema>(schema: S, vendor = "valibot"): { schema: S; times: () => number } {
  let times = 0;
  const run = runOf(schema);
  const counted: Run = (...input) => {
    times += 1;
    return Reflect.apply(run, copy, input);
  };
  const validate: Validate = (value) => runOf(copy)({ value }, {});
  const copy: S = { ...schema, "~run": counted, "~standard": { version: 1, vendor, validate } };
  return { schema: copy, times: () => times };
}

/** A schema, and inputs many of which it accepts. */
export type Kind = { readonly schema: v.GenericSchema; readonly inputs: fc.Arbitrary<unknown> };

const word = fc.string({ maxLength: 3 });
const leaf: fc.Arbitrary<Kind> = fc.constantFrom<Kind>(
  { schema: v.string(), inputs: word },
  { schema: v.number(), inputs: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(-0, 1)) },
  { schema: v.pipe(v.number(), v.integer()), inputs: fc.integer() },
  { schema: v.pipe(v.string(), v.maxLength(2)), inputs: word },
  { schema: v.pipe(v.string(), v.trim()), inputs: word },
  {
    schema: v.pipe(
      v.string(),
      v.transform((text) => `${text}!`),
    ),
    inputs: word,
  },
  { schema: v.pipe(v.pipe(v.string(), v.toLowerCase()), v.minLength(1)), inputs: word },
  { schema: v.pipe(v.string(), v.regex(/^.?a/)), inputs: word },
  {
    schema: v.pipe(v.nullable(v.pipe(v.string(), v.maxLength(1))), v.nullable(v.string(), "xyz")),
    inputs: fc.option(fc.string({ maxLength: 1 })),
  },
  { schema: v.fallback(v.string(), "x"), inputs: word },
  { schema: v.boolean(), inputs: fc.boolean() },
  { schema: v.null(), inputs: fc.constant(null) },
  { schema: v.undefined(), inputs: fc.constant(undefined) },
  { schema: v.date(), inputs: fc.date() },
  { schema: v.any(), inputs: fc.anything() },
  { schema: v.literal("a"), inputs: fc.constant("a") },
  { schema: v.picklist(["a", "$date"]), inputs: fc.constantFrom("a", "$date") },
);
/** A few odd property names. */
export const key: fc.Arbitrary<string> = fc.constantFrom(
  "a",
  "b",
  "c",
  "$date",
  "$literal",
  "__proto__",
  "constructor",
);

const objects = [v.object, v.strictObject, v.looseObject].map(
  (make) =>
    (entries: v.ObjectEntries): v.GenericSchema =>
      Reflect.apply(make, undefined, [entries]),
);

/** Schemas of all sorts up to this depth. */
export function kinds(depth: number): fc.Arbitrary<Kind> {
  if (depth === 0) return leaf;
  const inner = kinds(depth - 1);
  const entries = fc.array(fc.tuple(key, inner), { maxLength: 3 });
  return fc.oneof(
    leaf,
    inner.map(
      ({ schema, inputs }): Kind => ({ schema: v.array(schema), inputs: fc.array(inputs, { maxLength: 3 }) }),
    ),
    inner.map(
      ({ schema, inputs }): Kind => ({
        schema: v.record(v.string(), schema),
        inputs: fc.dictionary(key, inputs, { maxKeys: 2 }),
      }),
    ),
    inner.map(
      ({ schema, inputs }): Kind => ({
        schema: v.optional(schema),
        inputs: fc.option(inputs, { nil: undefined }),
      }),
    ),
    fc.tuple(inner, inner).map(
      ([one, two]): Kind => ({
        schema: v.union([one.schema, two.schema]),
        inputs: fc.oneof(one.inputs, two.inputs),
      }),
    ),
    fc
      .tuple(
        inner,
        fc.constantFrom(undefined, null, "x", () => "y"),
      )
      .map(
        ([{ schema, inputs }, other]): Kind => ({
          schema: v.nullish(schema, other as never),
          inputs: fc.option(inputs, { nil: null }),
        }),
      ),
    fc
      .tuple(
        inner,
        fc.constantFrom("x", () => "y"),
      )
      .map(
        ([{ schema, inputs }, other]): Kind => ({
          schema: v.optional(schema, other as never),
          inputs: fc.option(inputs, { nil: undefined }),
        }),
      ),
    fc.tuple(entries, fc.constantFrom(...objects)).map(
      ([parts, object]): Kind => ({
        schema: object(Object.fromEntries(parts.map(([name, { schema }]) => [name, schema]))),
        inputs: fc.record(Object.fromEntries(parts.map(([name, { inputs }]) => [name, inputs])), {
          requiredKeys: [],
        }),
      }),
    ),
  );
}

/** A schema with suitable and arbitrary inputs. */
export function withInputs({ schema, inputs }: Kind): fc.Arbitrary<readonly [Schema, readonly unknown[]]> {
  const anything = fc.anything({ withDate: true, withNullPrototype: true });
  const several = fc.array(fc.oneof({ arbitrary: inputs, weight: 4 }, { arbitrary: anything, weight: 1 }), {
    maxLength: 4,
  });
  return fc.tuple(fc.constant(schema), several);
}
