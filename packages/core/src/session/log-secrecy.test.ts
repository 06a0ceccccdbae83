import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { BabaErrorCode } from "../errors.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";

const SECRET = "s3cret";

describe("the log of asyncSession() that fails", () => {
  const Loose = v.looseObject({ id: v.number() });
  const Strict = v.object({ id: v.number(), text: v.picklist(["a"]) });
  const OneWay = v.record(v.string(), v.pipe(v.string(), v.transform(Number)));
  const cases: readonly [BabaErrorCode, (db: Database<typeof Loose>) => Promise<unknown>][] = [
    // @ts-expect-error the compiler refuses it too
    ["BABA_VALIDATION", (db) => db.asyncSession((session) => session.add(Strict, { id: 1, text: SECRET }))],
    ["BABA_SCHEMA_MISMATCH", (db) => db.asyncSession((session) => session.get(Strict, "1.baba"))],
    [
      "BABA_NOT_LOADABLE",
      // @ts-expect-error the compiler refuses it too
      (db) => db.asyncSession((session) => session.add(OneWay, { [SECRET]: "1" }, "1.baba")),
    ],
    ["BABA_UNSERIALIZABLE", (db) => db.asyncSession((session) => session.add({ id: 1, [SECRET]: () => 1 }))],
  ];

  test.each(cases)("has the record's name, and no value and no key of it: %s", async (code, call) => {
    const runtime = memoryRuntime();
    const db = new Database(Loose, { logLevel: "debug" }, assemble(runtime));
    await db.asyncSession((session) => session.add({ id: 1, text: SECRET }));
    await expect(call(db)).rejects.toMatchObject({ code, message: expect.stringContaining(SECRET) });
    expect(runtime.terminalLines).toContain(`[BABA (ERROR)] LOG: ${code}: 1.baba`);
    for (const line of runtime.terminalLines) expect(line).not.toContain(SECRET);
    await db.close();
  });
});
