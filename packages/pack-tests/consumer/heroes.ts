// A user's program: adds, commits, reopens and reads, with types that need no cast.
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const Hero = v.object({ id: v.number(), name: v.string(), team: v.optional(v.string()) });
const options = { directory: "data", logging: false } as const;

const db = new BabaDB(Hero, options);
await db.asyncSession(async (session) => {
  await session.add({ id: 1, name: "Alice", team: "red" });
  await session.add({ id: 2, name: "Bob" }, "heroes/bob.baba");
});
await db.close();

const again = new BabaDB(Hero, options);
const alice = await again.asyncSession((session) => session.get(Hero, "1.baba"));
const bob = await again.asyncSession((session) => session.get("heroes/bob.baba"));
await again.close();

const name: string | undefined = alice?.name;
const team: string | undefined = bob?.team;
if (name !== "Alice" || bob?.name !== "Bob" || team !== undefined) throw new Error("read something else");

/** Never called: what the types must reject. */
export async function refused(): Promise<void> {
  await again.asyncSession(async (session) => {
    // @ts-expect-error a number is not a name
    await session.add({ id: 3, name: 3 });
    // @ts-expect-error a hero has a name, and no nickname
    await session.add({ id: 3, nickname: "Al" });
    // @ts-expect-error no hero can be found by it either
    await session.filter(".", { nickname: "Al" });
    // @ts-expect-error a hero has no age
    (await session.get("1.baba"))?.age;
  });
}
