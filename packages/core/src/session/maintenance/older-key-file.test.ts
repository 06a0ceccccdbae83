import { generateX25519Identity } from "age-encryption";
import { beforeEach, expect, test } from "vitest";
import { add, failsWith, KEY_FILE, NoteStore, type Notes, note, read } from "../note-store.fixture.ts";

const identity = await generateX25519Identity();
let store: NoteStore;
let older: Uint8Array;
let right: Uint8Array;
let db: Notes;

/**
 * A store whose first data key was dropped before `db` was opened, so that `db` knows nothing of that key.
 */
beforeEach(async () => {
  store = new NoteStore();
  const one = store.open({ identity });
  await add(one, 1);
  older = await store.bytesOf(KEY_FILE);
  await one.rotateKey();
  await one.rewrap({ dropRetired: true });
  await one.close();
  right = await store.bytesOf(KEY_FILE);
  db = store.open({ identity });
  expect(await read(db)).toEqual(note(1));
  await store.put(KEY_FILE, older);
});

/** Everything is readable once the right key file is back. */
async function isWhole(...ids: readonly number[]): Promise<void> {
  await db.close();
  await store.put(KEY_FILE, right);
  const again = store.open({ identity });
  for (const id of ids) expect(await read(again, `${id}.baba`)).toEqual(note(id));
  expect((await again.verify()).problems).toEqual([]);
  await again.close();
}

for (const [name, change] of Object.entries({
  "rotateKey()": (db: Notes) => db.rotateKey(),
  "rewrap()": (db: Notes) => db.rewrap({ dropRetired: true }),
  "seal()": (db: Notes) => db.seal(),
}))
  test(`${name} refuses a key file without the key of the journal, and changes nothing`, async () => {
    await failsWith(change(db), "BABA_KEY_UNKNOWN");
    expect(await store.bytesOf(KEY_FILE)).toEqual(older);
    await isWhole(1);
  });

test("commit() is not sealed with a key file without the key of the journal", async () => {
  const other = new NoteStore();
  await (await other.filled({ identity })).close();
  await store.put("9.baba", await other.bytesOf("1.baba"));
  // Its unknown key makes the process look into the key file.
  await failsWith(read(db, "9.baba"), "BABA_KEY_UNKNOWN");
  await failsWith(add(db, 2), "BABA_KEY_UNKNOWN");
  await store.files.remove(["9.baba"]);
  await isWhole(1);
});

test("commit() of a process that has read no unknown key goes on with the keys that it has", async () => {
  await add(db, 2);
  await isWhole(1, 2);
});

test("commit() and rotateKey() fail while the key file is gone, and get() does not", async () => {
  await store.files.remove([KEY_FILE]);
  for (const work of [() => add(db, 2), () => db.rotateKey()])
    await expect(work()).rejects.toMatchObject({
      code: "BABA_KEYRING",
      message: expect.stringMatching(/key\.age was removed while the store was open.*copy the records/),
    });
  expect(await read(db)).toEqual(note(1));
  await store.put(KEY_FILE, right);
  await add(db, 2);
  await isWhole(1, 2);
});
