import * as v from "valibot";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import type { AsyncSession } from "./session.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const Named = v.pipeAsync(
  Hero,
  v.checkAsync(async ({ name }) => name !== "", "no name"),
);
type Session = AsyncSession<typeof Named>;
const [alice, bob, nameless] = [
  { id: 1, name: "Alice" },
  { id: 2, name: "Bob" },
  { id: 3, name: "" },
];

let lines: string[];
let db: Database<typeof Named>;
beforeEach(async () => {
  lines = [];
  const [ignore, keep] = [() => undefined, (line: string) => void lines.push(line)];
  const logging = { debug: ignore, info: ignore, warn: ignore, error: keep };
  db = new Database(Named, { logging }, assemble(memoryRuntime()));
  await db.asyncSession(async (session) => {
    expect([await session.add(alice), await session.add(bob, "b.baba")]).toEqual(["1.baba", "b.baba"]);
  });
});

async function streamed(session: Session, options?: { readonly unreadable: "skip" }): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { record } of session.stream(".", undefined, options)) found.push(record);
  return found;
}

describe("a session with an asynchronous schema", () => {
  test("gives what was added by get(), all(), filter() and stream(), before the commit and after it", async () => {
    const expected = [alice, [alice, bob], [bob], [alice, bob]];
    const everything = async (session: Session) => [
      await session.get("1.baba"),
      await session.all(),
      await session.filter(".", { id: 2 }),
      await streamed(session),
    ];
    expect(await db.asyncSession(everything)).toEqual(expected);
    const own = async (session: Session) => {
      for (const [hero, name] of [
        [alice, undefined],
        [bob, "b.baba"],
      ] as const)
        await session.update(hero, name);
      return everything(session);
    };
    expect(await db.asyncSession(own)).toEqual(expected);
    await db.close();
  });

  test("refuses a record in add(), named in the error, and commits nothing", async () => {
    const work = db.asyncSession(async (session) => {
      await session.add(bob);
      await session.add(nameless, "n.baba");
    });
    await expect(work).rejects.toMatchObject({ code: "BABA_VALIDATION", record: "n.baba" });
    const unnamed = db.asyncSession((session) => session.add(nameless));
    await expect(unnamed).rejects.toMatchObject({ code: "BABA_VALIDATION", record: "3.baba" });
    expect(await db.asyncSession((session) => session.count())).toBe(2);
    await db.close();
  });

  test("names an unreadable record in the error of get(), all(), filter() and stream(), and skips it when told", async () => {
    await db.asyncSession((session) => session.add(Hero, nameless));
    const mismatch = { code: "BABA_SCHEMA_MISMATCH", record: "3.baba" };
    await db.asyncSession(async (session) => {
      await expect(session.get("3.baba")).rejects.toMatchObject(mismatch);
      await expect(session.all()).rejects.toMatchObject(mismatch);
      await expect(session.filter(".", () => true)).rejects.toMatchObject(mismatch);
      await expect(streamed(session)).rejects.toMatchObject(mismatch);
      lines.length = 0;
      const skip = { unreadable: "skip" } as const;
      expect(await session.all(".", undefined, skip)).toEqual([alice, bob]);
      expect(await session.filter(".", () => true, skip)).toEqual([alice, bob]);
      expect(await streamed(session, skip)).toEqual([alice, bob]);
    });
    const skipped = "Skipped a record that cannot be read: BABA_SCHEMA_MISMATCH: 3.baba";
    expect(lines).toEqual([1, 2, 3].map(() => expect.stringContaining(skipped)));
    await db.close();
  });
});
