import { beforeEach, describe, expect, test } from "vitest";
import { webCompression } from "../../crypto/compression.ts";
import { nobleCrypto } from "../../crypto/noble.ts";
import { Vault } from "../../crypto/vault.ts";
import { FileStorage } from "../../storage/file-storage.ts";
import { assemble } from "../database/assemble.ts";
import { Database } from "../database/database.ts";
import { add, Note, NoteStore, utf8 } from "../note-store.fixture.ts";
import { verify } from "./verify.ts";

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("the log of verify() and rewrap()", () => {
  test.each(["verify", "rewrap"] as const)("has one ERROR of each problem of %s()", async (method) => {
    await (await store.filled({ passphrase: "x" }, 4)).close();
    const damaged = ["1.baba", "a/b/2.baba"];
    for (const name of damaged) await store.put(name, utf8.encode("no base 3"));
    const lines: string[] = [];
    const line = (text: string) => void lines.push(text);
    const logging = { debug: line, info: line, warn: line, error: line };
    const db = store.open({ passphrase: "x", logging });
    const { problems } = await db[method]();
    expect(problems.map(({ filename }) => filename)).toEqual(damaged);
    expect(lines.filter((text) => text.startsWith("[BABA (ERROR)]"))).toEqual(
      damaged.map((name) => expect.stringContaining(`LOG: BABA_CODEC: ${name}: `)),
    );
    const done = { verify: "Verified: 4 records", rewrap: "Sealed again: 0 records" }[method];
    expect(lines.at(-1)).toBe(`[BABA (INFO)] LOG: ${done}, 2 problems`);
    await db.close();
  });
});

test.each([
  [
    "throws",
    (error: Error): void => {
      throw error;
    },
  ],
  [
    "rejects",
    async (error: Error): Promise<void> => {
      throw error;
    },
  ],
])("verify() stops with the error of an onProgress that %s", async (_, fail) => {
  const db = await store.filled({}, 2);
  const stop = new Error("stop");
  await expect(db.verify({ onProgress: () => fail(stop) })).rejects.toBe(stop);
  await db.close();
});

describe("verify()", () => {
  /** A database as if in another process, which puts nothing in place before it is woken. */
  const deferring = () => {
    let wake = (): void => undefined;
    const awake = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const context = assemble({ ...store.runtime, sleep: () => awake });
    return { other: new Database(Note, { logging: false, settle: "background" }, context), wake };
  };

  test("finds what another process has committed and not put in place yet", async () => {
    const db = store.open();
    await db.open();
    const { other, wake } = deferring();
    await add(other, 1);
    expect(await store.files.kinds(["1.baba"])).toEqual([undefined]);
    expect(await db.verify()).toEqual({ records: 1, problems: [] });
    wake();
    await other.close();
    await db.close();
  });

  test("does not count what another process has deleted since it was listed", async () => {
    await (await store.filled({}, 2)).close();
    const context = {
      crypto: nobleCrypto,
      compression: webCompression,
      now: Date.now,
      breathe: () => undefined,
    };
    const vault = new Vault(store.files, { kind: "none" }, context);
    const storage = new FileStorage(store.files, store.runtime, {
      report: () => undefined,
      protection: vault,
    });
    await storage.open();
    const { other, wake } = deferring();
    const listed = storage.names.bind(storage);
    storage.names = async function* () {
      yield* listed();
      await other.asyncSession((session) => session.delete("1.baba"));
    };
    expect(await verify({ storage, vault }, {})).toEqual({ records: 1, problems: [] });
    expect(await store.files.kinds(["1.baba"])).toEqual(["file"]);
    wake();
    await other.close();
    await storage.close();
  });
});
