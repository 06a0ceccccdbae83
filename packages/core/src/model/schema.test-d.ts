import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import { describe, expectTypeOf, it } from "vitest";
import { fromStored, loadableText, validated } from "./model.ts";
import { type InputOf, isSchema, type LoadableSchema, type OutputOf, type Schema } from "./schema.ts";
import { compileWhere, type Where } from "./where.ts";

/** Takes a schema like the database's constructor. */
declare class Store<S extends Schema> {
  constructor(schema: S & LoadableSchema<S>);
  add(record: InputOf<S>): void;
  get(): OutputOf<S>;
  find(where: Where<OutputOf<S>>): void;
}

describe("LoadableSchema", () => {
  it("infers input and output of a plain object", () => {
    const store = new Store(v.object({ id: v.number(), team: v.optional(v.string()) }));
    expectTypeOf(store.get()).toEqualTypeOf<{ id: number; team?: string | undefined }>();
    store.add({ id: 1 });
    store.find({ team: "red" });
    store.find((hero) => hero.id > 1);
    // @ts-expect-error a property of the wrong type
    store.add({ id: "1" });
    // @ts-expect-error a key that no record has
    store.find({ tame: "red" });
  });

  it("infers the default of an optional: not needed on the way in, there on the way out", () => {
    const store = new Store(v.object({ id: v.number(), team: v.optional(v.string(), "none") }));
    store.add({ id: 1 });
    expectTypeOf(store.get()).toEqualTypeOf<{ id: number; team: string }>();
  });

  it("infers an async schema", () => {
    const store = new Store(
      v.objectAsync({
        id: v.pipeAsync(
          v.number(),
          v.checkAsync(async (id) => id > 0),
        ),
      }),
    );
    expectTypeOf(store.get()).toEqualTypeOf<{ id: number }>();
  });

  it("takes every kind that a record may hold", () => {
    const store = new Store(
      v.object({
        at: v.date(),
        big: v.bigint(),
        map: v.map(v.string(), v.number()),
        set: v.set(v.string()),
        bytes: v.instance(Uint8Array),
        checked: v.pipe(v.string(), v.trim(), v.minLength(1), v.brand("Name")),
        free: v.any(),
      }),
    );
    expectTypeOf(store.get().at).toEqualTypeOf<Date>();
    expectTypeOf(store.get().map).toEqualTypeOf<Map<string, number>>();
    expectTypeOf(store.get().checked).toExtend<string>();
  });

  it("takes unions, variants, loose objects, any and unknown", () => {
    const A = v.object({ kind: v.literal("a"), a: v.number() });
    const B = v.object({ kind: v.literal("b"), b: v.optional(v.string(), "x") });
    expectTypeOf(new Store(v.variant("kind", [A, B])).get()).toEqualTypeOf<
      { kind: "a"; a: number } | { kind: "b"; b: string }
    >();
    new Store(v.union([A, B])).find({ kind: "a" });
    expectTypeOf(new Store(v.looseObject({ id: v.number() })).get().id).toEqualTypeOf<number>();
    expectTypeOf(new Store(v.any()).get()).toBeAny();
    expectTypeOf(new Store(v.unknown()).get()).toBeUnknown();
  });

  it("takes schemas of other vendors, typed or not", () => {
    const typed = {} as StandardSchemaV1<{ id: number }, { id: number }>;
    expectTypeOf(new Store(typed).get()).toEqualTypeOf<{ id: number }>();
    const untyped = {} as Schema;
    expectTypeOf(new Store(untyped).get()).toBeUnknown();
  });

  it("refuses one-way transforms", () => {
    // @ts-expect-error the output is a number, and the input a string
    new Store(v.object({ at: v.pipe(v.string(), v.transform(Number)) }));
    const toDate = v.transformAsync(async (text: string) => new Date(text));
    const OneWay = v.objectAsync({ at: v.pipeAsync(v.string(), toDate) });
    // @ts-expect-error the output is a Date, and the input a string
    new Store(OneWay);
    // @ts-expect-error the output lost what the input needs
    new Store({} as StandardSchemaV1<{ id: number; name: string }, { id: number }>);
    // @ts-expect-error not a schema at all
    new Store({ id: "number" });
  });

  it("takes a read-only record, and one with read-only arrays where the schema's type has them, not v.readonly() inside", () => {
    type Task = { readonly id: number; readonly tags: readonly string[] };
    const Inside = v.object({ id: v.number(), tags: v.pipe(v.array(v.string()), v.readonly()) });
    const Around = v.pipe(v.object({ id: v.number(), tags: v.array(v.string()) }), v.readonly());
    const Typed: v.GenericSchema<Task> = v.object({ id: v.number(), tags: v.array(v.string()) });
    // @ts-expect-error a read-only array is no input of v.array()
    new Store(Inside);
    new Store(Around);
    const store = new Store(Typed);
    expectTypeOf(store.get()).toEqualTypeOf<Task>();
    const tags: readonly string[] = ["home"];
    store.add({ id: 1, tags });
  });

  it("is passed on by a generic function that names the schema's type", () => {
    function open<S extends Schema>(schema: S & LoadableSchema<S>): Store<S> {
      // @ts-expect-error what is inferred is the intersection
      new Store(schema);
      return new Store<S>(schema);
    }
    expectTypeOf(open(v.object({ id: v.number() })).get()).toEqualTypeOf<{ id: number }>();
    // @ts-expect-error the output is a number, and the input a string
    open(v.object({ at: v.pipe(v.string(), v.transform(Number)) }));
  });

  it("explains itself in the compiler's message", () => {
    const OneWay = v.pipe(v.string(), v.transform(Number));
    type Said = keyof LoadableSchema<typeof OneWay>;
    expectTypeOf<Said extends `This schema is one-way${string}` ? true : false>().toEqualTypeOf<true>();
  });
});

describe("the functions of the model", () => {
  const Hero = v.object({ id: v.number(), team: v.optional(v.string(), "none") });
  type Stored = { id: number; team: string };

  it("give the output type, without casts", () => {
    expectTypeOf(validated(Hero, {})).toEqualTypeOf<Stored | Promise<Stored>>();
    expectTypeOf(fromStored(Hero, {})).toEqualTypeOf<Stored | Promise<Stored>>();
    expectTypeOf(loadableText(Hero, { id: 1, team: "red" })).toEqualTypeOf<string | Promise<string>>();
    // @ts-expect-error the input is not the output: the default is missing
    loadableText(Hero, { id: 1 });
  });

  it("narrow a value to a schema", () => {
    const value: unknown = Hero;
    if (isSchema(value)) expectTypeOf(value).toEqualTypeOf<Schema>();
  });

  it("type a where by its record", () => {
    expectTypeOf(compileWhere<Stored>({ team: "red" })).toEqualTypeOf<(record: Stored) => boolean>();
    // @ts-expect-error a value of the wrong type
    compileWhere<Stored>({ id: "1" });
    // @ts-expect-error a predicate that answers later
    compileWhere<Stored>(async () => true);
  });
});
