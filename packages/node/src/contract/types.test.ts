import * as v from "valibot";
import { describe, expectTypeOf, test } from "vitest";
import { type AsyncSession, BabaDB, type BabaOptions, type Logger, type Schema } from "../index.ts";

const Hero = v.object({
  id: v.number(),
  name: v.pipe(v.string(), v.trim()),
  team: v.optional(v.string(), "none"),
  note: v.optional(v.string()),
});
const City = v.object({ id: v.string(), since: v.date(), kind: v.picklist(["town", "port"]) });
const Shape = v.variant("kind", [
  v.object({ id: v.bigint(), kind: v.literal("circle"), radius: v.number() }),
  v.object({ id: v.bigint(), kind: v.literal("square"), side: v.number() }),
]);
type Stored = { id: number; name: string; team: string; note?: string | undefined };
type StoredCity = { id: string; since: Date; kind: "town" | "port" };
type StoredShape =
  | { id: bigint; kind: "circle"; radius: number }
  | { id: bigint; kind: "square"; side: number };

/** Never called: the compiler is the test. */
async function calls(session: AsyncSession<typeof Hero>, shapes: AsyncSession<typeof Shape>): Promise<void> {
  // add and update take the input
  expectTypeOf(await session.add({ id: 1, name: "Alice" })).toBeString();
  expectTypeOf(await session.add({ id: 1, name: "Alice", team: "red" }, "a/1.baba")).toBeString();
  expectTypeOf(
    await session.update(City, { id: "oslo", since: new Date(), kind: "port" }, "c/1.baba"),
  ).toBeString();
  // @ts-expect-error a property is missing
  await session.add({ id: 1 });
  // @ts-expect-error a property of another type
  await session.update({ id: "1", name: "Alice" });
  // @ts-expect-error a property that no hero has
  await session.add({ id: 1, name: "Alice", tame: "red" });
  // @ts-expect-error a value that is none of the list
  await session.add(City, { id: "oslo", since: new Date(), kind: "village" });
  // @ts-expect-error a one-way schema
  await session.add(v.pipe(v.string(), v.transform(Number)), "1", "1.baba");

  // reads give the output
  expectTypeOf(await session.get("1.baba")).toEqualTypeOf<Stored | undefined>();
  expectTypeOf(await session.get(Hero, "1.baba")).toEqualTypeOf<Stored | undefined>();
  expectTypeOf(await session.get(City, "1.baba")).toEqualTypeOf<StoredCity | undefined>();
  expectTypeOf(await session.all()).toEqualTypeOf<Stored[]>();
  expectTypeOf(await session.all("heroes")).toEqualTypeOf<Stored[]>();
  expectTypeOf(await session.all("cities", City, { unreadable: "skip" })).toEqualTypeOf<StoredCity[]>();
  expectTypeOf(await session.all(".", undefined, { unreadable: "skip" })).toEqualTypeOf<Stored[]>();
  expectTypeOf(await session.delete("1.baba")).toBeBoolean();
  expectTypeOf(await session.exists("1.baba")).toBeBoolean();
  expectTypeOf(await session.count("cities")).toBeNumber();
  expectTypeOf(await session.commit()).toBeVoid();
  expectTypeOf(session.rollback()).toBeVoid();
  for await (const { filename, record } of session.stream()) {
    expectTypeOf(filename).toBeString();
    expectTypeOf(record).toEqualTypeOf<Stored>();
  }
  for await (const { record } of session.stream("cities", City, { unreadable: "throw" })) {
    expectTypeOf(record).toEqualTypeOf<StoredCity>();
  }
  for await (const { record } of session.stream(undefined, undefined, { unreadable: "skip" })) {
    expectTypeOf(record).toEqualTypeOf<Stored>();
  }
  // @ts-expect-error no such way to treat what cannot be read
  await session.all(".", Hero, { unreadable: "ignore" });

  // a where: an object, a function, or a guard, which narrows
  expectTypeOf(await session.filter(".", { team: "red" })).toEqualTypeOf<Stored[]>();
  expectTypeOf(await session.filter(".", Hero, { team: "red" })).toEqualTypeOf<Stored[]>();
  expectTypeOf(await session.filter(".", (hero) => hero.id > 1)).toEqualTypeOf<Stored[]>();
  expectTypeOf(
    await session.filter("cities", City, (city) => city.since > new Date(0), { unreadable: "skip" }),
  ).toEqualTypeOf<StoredCity[]>();
  const noted = (hero: Stored): hero is Stored & { note: string } => hero.note !== undefined;
  expectTypeOf(await session.filter(".", { team: "red" }, { unreadable: "skip" })).toEqualTypeOf<Stored[]>();
  expectTypeOf(await session.filter(".", noted, { unreadable: "skip" })).toEqualTypeOf<
    (Stored & { note: string })[]
  >();
  expectTypeOf((await session.filter(".", noted))[0]?.note).toEqualTypeOf<string | undefined>();
  expectTypeOf(await session.filter(".", noted)).toEqualTypeOf<(Stored & { note: string })[]>();
  expectTypeOf(await session.filter(".", Hero, noted)).toEqualTypeOf<(Stored & { note: string })[]>();
  expectTypeOf(await shapes.filter(".", { kind: "circle" })).toEqualTypeOf<StoredShape[]>();
  expectTypeOf(await shapes.filter(".", (shape) => shape.kind === "circle")).toExtend<StoredShape[]>();
  expectTypeOf(
    await shapes.filter(
      ".",
      (shape): shape is Extract<StoredShape, { kind: "square" }> => shape.kind === "square",
    ),
  ).toEqualTypeOf<{ id: bigint; kind: "square"; side: number }[]>();
  // @ts-expect-error a key that no hero has
  await session.filter(".", { tame: "red" });
  // @ts-expect-error a value of another type
  await session.filter(".", { id: "1" });
  // @ts-expect-error an answer that comes later
  await session.filter(".", async () => true);
}

async function databases(logger: Logger): Promise<void> {
  const db = new BabaDB(Hero, {
    directory: "data",
    logging: logger,
    logLevel: "warning",
    durability: "relaxed",
  });
  expectTypeOf(await db.open()).toEqualTypeOf<typeof db>();
  expectTypeOf(db.asyncSession()).toEqualTypeOf<AsyncSession<typeof Hero>>();
  expectTypeOf(await db.asyncSession(async (session) => await session.count())).toBeNumber();
  expectTypeOf(await db.asyncSession(async () => undefined, { retries: 0 })).toBeUndefined();
  expectTypeOf(await db.close()).toBeVoid();
  await using disposed = new BabaDB(City, { logging: console, settle: "background" });
  await using session = disposed.asyncSession();
  expectTypeOf(await session.all()).toEqualTypeOf<StoredCity[]>();
  const options: BabaOptions = { directory: "data", logging: true };
  new BabaDB(v.objectAsync({ id: v.number() }), options);
  new BabaDB(Shape);
  // @ts-expect-error a schema is needed
  new BabaDB();
  // @ts-expect-error an option that there is not
  new BabaDB(Hero, { folder: "data" });
  // @ts-expect-error a schema whose output is not its input
  new BabaDB(v.object({ id: v.number(), at: v.pipe(v.string(), v.transform(Number)) }));
  // @ts-expect-error not a schema
  new BabaDB({ id: "number" });
  const untyped: Schema = Hero;
  expectTypeOf(await new BabaDB(untyped).asyncSession().get("1.baba")).toBeUnknown();
}

describe("section 2: the types of BabaDB", () => {
  test("are inferred without casts: input in, output out, guards narrow", () => {
    expectTypeOf(calls).toBeFunction();
    expectTypeOf(databases).toBeFunction();
  });
});
