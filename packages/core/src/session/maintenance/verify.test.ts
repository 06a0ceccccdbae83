import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../../codec/index.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { assemble } from "../database/assemble.ts";
import { Database } from "../database/database.ts";
import { Note, NoteStore, note, utf8 } from "../note-store.fixture.ts";

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("verify()", () => {
  test("reports what is damaged, changed, moved, foreign, plain, retired or no JSON, and changes nothing", async () => {
    const db = await store.filled({ passphrase: "x" }, 8);
    expect(await db.verify()).toEqual({ records: 8, problems: [] });
    await db.rotateKey();
    await db.asyncSession(async (session) => {
      for (const id of [1, 3, 5]) await session.add(note(id));
      await session.add(note(10), "10.baba");
    });
    await db.close();
    const tampered = await store.keptBytes("1.baba");
    tampered[50] = (tampered[50] ?? 0) ^ 1;
    await store.put("1.baba", encode(tampered));
    await store.put("moved.baba", await store.bytesOf("3.baba"));
    await store.put("plain.baba", encode(utf8.encode('{"id":1}')));
    await store.put("junk.baba", utf8.encode("no base 3"));
    await store.put("short.baba", encode((await store.keptBytes("5.baba")).subarray(0, 20)));
    const elsewhere = memoryRuntime();
    const foreign = new Database(Note, { key: new Uint8Array(32), logging: false }, assemble(elsewhere));
    await foreign.asyncSession((session) => session.add(note(1), "foreign.baba"));
    await foreign.close();
    const [bytes] = await elsewhere.fileSystem(".").read(["foreign.baba"]);
    if (bytes instanceof Uint8Array) await store.put("foreign.baba", bytes);
    const again = store.open({ passphrase: "x" });
    const { records, problems } = await again.verify();
    expect(records).toBe(14);
    expect(problems.map(({ filename, code }) => [filename, code])).toEqual([
      ["1.baba", "BABA_TAMPERED"],
      ["7.baba", "BABA_KEY_RETIRED"],
      ["foreign.baba", "BABA_KEY_UNKNOWN"],
      ["junk.baba", "BABA_CODEC"],
      ["moved.baba", "BABA_TAMPERED"],
      ["plain.baba", "BABA_NOT_SEALED"],
      ["short.baba", "BABA_ENVELOPE"],
      ...[2, 4, 6, 8].map((id) => [`a/b/${id}.baba`, "BABA_KEY_RETIRED"]),
    ]);
    for (const { filename, error } of problems) expect(error.record).toBe(filename);
    expect(problems[1]?.error.message).toContain(
      "7.baba: it is sealed with a retired data key: call db.rewrap()",
    );
    expect(await store.keptBytes("1.baba")).toEqual(tampered);
    await again.close();
  });

  test("reports what is no JSON in a plain store, and what is sealed", async () => {
    const db = await store.filled({});
    await store.put("4.baba", encode(utf8.encode("{")));
    await store.put("5.baba", encode(new Uint8Array(60).fill(1)));
    expect((await db.verify()).problems).toMatchObject([
      { filename: "4.baba", code: "BABA_JSON" },
      { filename: "5.baba", code: "BABA_SEALED" },
    ]);
    await db.close();
  });

  test("reports what an interrupted seal() has not sealed yet, and nothing once it has finished", async () => {
    await (await store.filled({}, 300)).close();
    const db = store.open({ passphrase: "x" });
    const stop = () => {
      throw new Error("stop");
    };
    await expect(db.seal({ onProgress: stop })).rejects.toThrow("stop");
    const { records, problems } = await db.verify();
    expect([records, problems.length]).toEqual([300, 300 - 256]);
    for (const { filename, code, error } of problems) {
      expect(code).toBe("BABA_NOT_SEALED");
      expect(error.message).toContain(`${filename}: it is not sealed yet: call db.seal()`);
    }
    await db.seal();
    expect(await db.verify()).toEqual({ records: 300, problems: [] });
    await db.close();
  });

  test("reports files whose names no call reaches, in a plain store too", async () => {
    const db = await store.filled({}, 2);
    await db.close();
    for (const name of ["e\u0301.baba", "a:b.baba"]) await store.put(name, await store.bytesOf("1.baba"));
    const again = store.open({});
    const { records, problems } = await again.verify();
    expect(records).toBe(4);
    expect(problems.map(({ filename, code }) => [filename, code])).toEqual([
      ["a:b.baba", "BABA_NAME"],
      ["e\u0301.baba", "BABA_NAME"],
    ]);
    expect(problems[1]?.error.message).toContain("is not in Unicode NFC: rename the file first.");
    await again.close();
  });
});
