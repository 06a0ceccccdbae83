import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { encode } from "../../codec/index.ts";
import { NoteStore, note, utf8 } from "../note-store.fixture.ts";
import type { BabaOptions } from "../options.ts";

const WITHOUT_KEY = "without a key: its records are obfuscated, not encrypted";
const CALL_SEAL =
  "holds plain records such as 1.baba: nothing can be read or written with a key until db.seal()";
const CANNOT_SEAL = "holds plain records such as 1.baba: the option key cannot seal an existing store";
const BEING_SEALED = "is being sealed: until seal() has finished, plain records are accepted";
const rawKey = new Uint8Array(32).fill(7);

/** The warnings that are logged when the store is opened. */
async function warningsAtOpen(store: NoteStore, options: BabaOptions): Promise<string> {
  const warnings: string[] = [];
  const [ignore, warn] = [() => undefined, (line: string) => void warnings.push(line)];
  const db = store.open({ ...options, logging: { debug: ignore, info: ignore, warn, error: ignore } });
  await db.open();
  await db.close();
  return warnings.join("\n");
}

async function stranger(): Promise<string> {
  return identityToRecipient(await generateX25519Identity());
}

/** A folder into which only a plain record was put. */
async function copiedInto(): Promise<NoteStore> {
  const store = new NoteStore();
  await store.files.makeFolder(".");
  await store.put("1.baba", encode(utf8.encode(JSON.stringify(note(1)))));
  return store;
}

describe("Database.open()", () => {
  test("warns of a store without a key", async () => {
    expect(await warningsAtOpen(new NoteStore(), {})).toContain(WITHOUT_KEY);
  });

  test("warns that a plain store is of no use with a passphrase before seal(), and not after", async () => {
    const store = new NoteStore();
    await (await store.filled({})).close();
    const options = { passphrase: "x" };
    expect(await warningsAtOpen(store, options)).toContain(CALL_SEAL);
    const db = store.open(options);
    await db.seal();
    await db.close();
    expect(await warningsAtOpen(store, options)).toBe("");
  });

  test("warns of a store whose seal() was interrupted, and not of one where it has finished", async () => {
    const store = new NoteStore();
    await (await store.filled({})).close();
    const options = { passphrase: "x" };
    const db = store.open(options);
    const stop = () => {
      throw new Error("stop");
    };
    await expect(db.seal({ onProgress: stop })).rejects.toThrow("stop");
    await db.close();
    expect(await warningsAtOpen(store, options)).toContain(BEING_SEALED);
    const again = store.open(options);
    await again.seal();
    await again.close();
    expect(await warningsAtOpen(store, options)).toBe("");
  });

  test("warns that plain records without .baba are of no use with a key", async () => {
    expect(await warningsAtOpen(await copiedInto(), { passphrase: "x" })).toContain(CALL_SEAL);
    expect(await warningsAtOpen(await copiedInto(), { key: rawKey })).toContain(CANNOT_SEAL);
  });

  test("warns of recipients other than those in the options, and not of the same in another order", async () => {
    const identities = await Promise.all([1, 2].map(() => generateX25519Identity()));
    const [identity = ""] = identities;
    const both = await Promise.all(identities.map((one) => identityToRecipient(one)));
    const store = new NoteStore();
    await (await store.filled({ identity, recipients: both })).close();
    expect(await warningsAtOpen(store, { identity, recipients: both.toReversed() })).toBe("");
    expect(await warningsAtOpen(store, { identity })).toBe("");
    const other = await stranger();
    for (const recipients of [both.slice(0, 1), [...both.slice(0, 1), other], [...both, other]])
      expect(await warningsAtOpen(store, { identity, recipients })).toContain("has other recipients than");
  });

  test("warns of nothing in a new store with a key", async () => {
    expect(await warningsAtOpen(new NoteStore(), { passphrase: "x" })).toBe("");
    expect(await warningsAtOpen(new NoteStore(), { key: rawKey })).toBe("");
  });
});
