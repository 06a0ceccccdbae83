import { inspect } from "node:util";
import { bytesToHex } from "@noble/hashes/utils.js";
import { bech32 } from "@scure/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BabaError } from "../errors.ts";
import type { Crypto } from "./crypto.ts";
import { Keyring } from "./keyring.ts";
import { nobleCrypto } from "./noble.ts";

const RECIPIENT = "age1zq9x9mzml4yaqmu2h5ccvn39xa0cy6nypunnwedp792n7cp2xc4s7yyr9p";
const NOW = Date.UTC(2026, 0, 31, 12);
const utf8 = new TextEncoder();
const fresh = (recipients: readonly string[] = []) =>
  Keyring.create(nobleCrypto, { recipients, converting: false, now: NOW });
const textOf = (keyring: Keyring) => new TextDecoder().decode(keyring.serialize());

function codeOf(text: string | Uint8Array): string {
  try {
    Keyring.parse(typeof text === "string" ? utf8.encode(text) : text);
  } catch (error) {
    if (!(error instanceof BabaError)) throw error;
    expect(inspect(error, { depth: 9 })).not.toContain('"key":');
    return error.code;
  }
  return "accepted";
}

describe("Keyring.parse()", () => {
  test("gives back what serialize() wrote", () => {
    const keyring = fresh([RECIPIENT]).rotated(nobleCrypto, NOW + 5);
    const again = Keyring.parse(keyring.serialize());
    expect(textOf(again)).toBe(textOf(keyring));
    expect(again.storeId).toEqual(keyring.storeId);
    expect(again.keys.map(({ state }) => state)).toEqual(["retired", "active"]);
    expect(again.active.created).toBe(NOW + 5);
    expect(again.recipients).toEqual([RECIPIENT]);
  });

  test("reads the documented text", () => {
    const [store, secret, key] = ["0a".repeat(16), "0b".repeat(32), "0c".repeat(32)];
    const text = `{"format":1,"store":"${store}","secret":"${secret}","keys":[{"id":"00000007","key":"${key}","created":"2026-01-31T12:00:00.000Z","state":"active"}],"recipients":["${RECIPIENT}"],"converting":true}`;
    const keyring = Keyring.parse(utf8.encode(text));
    expect(keyring.active.id).toBe(7);
    expect(bytesToHex(keyring.active.key)).toBe(key);
    expect(keyring.converting).toBe(true);
    expect(textOf(keyring)).toBe(`${text}\n`);
  });

  const valid = textOf(fresh([RECIPIENT]));
  const value = JSON.parse(valid);
  const key = value.keys[0];
  const some = (count: number) => Array.from({ length: count }, (_, i) => i);
  const keys = (count: number) =>
    some(count).map((i) => ({
      ...key,
      id: i.toString(16).padStart(8, "0"),
      state: i === 0 ? "active" : "retired",
    }));
  const recipients = (count: number) =>
    some(count).map((i) => bech32.encodeFromBytes("age", new Uint8Array(new Uint32Array(8).fill(i).buffer)));

  test.each<readonly [string, unknown]>([
    ["no active key", { ...value, keys: [{ ...key, state: "retired" }] }],
    ["two active keys", { ...value, keys: [key, { ...key, id: "00000001" }] }],
    ["two keys of one id", { ...value, keys: [{ ...key, state: "retired" }, key] }],
    ["no keys", { ...value, keys: [] }],
    ["more than 1,000 keys", { ...value, keys: keys(1001) }],
    ["more than 1,000 recipients", { ...value, recipients: recipients(1001) }],
    ["a recipient twice", { ...value, recipients: [RECIPIENT, RECIPIENT] }],
    ["a recipient with a slip", { ...value, recipients: [RECIPIENT.replace(/p$/, "q")] }],
    ["a recipient of another kind", { ...value, recipients: ["age1pq1xyz"] }],
    ["a recipient in capitals", { ...value, recipients: [RECIPIENT.toUpperCase()] }],
    ["a short key", { ...value, keys: [{ ...key, key: "00" }] }],
    ["an upper-case key", { ...value, keys: [{ ...key, key: "AB".repeat(32) }] }],
    ["a short store id", { ...value, store: "00" }],
    ["a date that is none", { ...value, keys: [{ ...key, created: "yesterday" }] }],
    ["a date in another form", { ...value, keys: [{ ...key, created: "2026-01-31" }] }],
    ["another property", { ...value, more: 1 }],
    ["a property less", { ...value, converting: undefined }],
    ["another order", Object.fromEntries(Object.entries(value).reverse())],
    ["an older format", { ...value, format: 0 }],
    ["a format between two", { ...value, format: 1.5 }],
    ["an array", [value]],
    ["null", null],
  ])("refuses %s", (_what, changed) => {
    expect(codeOf(JSON.stringify(changed))).toBe("BABA_KEYRING");
  });

  test("accepts 1,000 keys and 1,000 recipients", () => {
    const most = { ...value, keys: keys(1000), recipients: recipients(1000) };
    expect(codeOf(JSON.stringify(most))).toBe("accepted");
  });

  test("refuses two properties of one name, text that is not UTF-8 or nests deeply", () => {
    expect(codeOf(valid.replace('"converting":false', '"converting":true,"converting":false'))).toBe(
      "BABA_KEYRING",
    );
    expect(codeOf(`\n ${valid}\n`)).toBe("accepted");
    expect(codeOf(new Uint8Array([0xff, 0xfe]))).toBe("BABA_KEYRING");
    expect(codeOf("[".repeat(500_000))).toBe("BABA_KEYRING");
    expect(codeOf("")).toBe("BABA_KEYRING");
  });

  test("says BABA_FORMAT for a later format", () => {
    expect(codeOf(JSON.stringify({ format: 2 }))).toBe("BABA_FORMAT");
  });

  test("accepts or refuses 1,000 random corruptions with a typed error", () => {
    const bytes = utf8.encode(valid);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.constantFrom("set", "cut", "insert"));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
        let corrupted: number[] = [...bytes];
        for (const [at, byte, how] of changes) {
          if (how === "cut") corrupted = corrupted.slice(0, at);
          else corrupted.splice(at, how === "set" ? 1 : 0, byte);
        }
        expect(codeOf(Uint8Array.from(corrupted))).toMatch(/^(accepted|BABA_KEYRING|BABA_FORMAT)$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("Keyring.rotated()", () => {
  test("makes the 1,000th key, and refuses to make another", () => {
    let keyring = fresh();
    for (let keys = 1; keys < 1000; keys++) keyring = keyring.rotated(nobleCrypto, NOW);
    expect(Keyring.parse(keyring.serialize()).keys).toHaveLength(1000);
    expect(() => keyring.rotated(nobleCrypto, NOW)).toThrow(
      expect.objectContaining({
        code: "BABA_KEYRING",
        message: expect.stringContaining("at most 1000 data keys"),
      }),
    );
  });

  test("gives a new key no id that another key has", () => {
    const ids = [7, 7, 8];
    const random: Crypto["random"] = (length) =>
      length === 4 ? new Uint8Array([0, 0, 0, ids.shift() ?? 9]) : nobleCrypto.random(length);
    const crypto = { ...nobleCrypto, random };
    const keyring = Keyring.create(crypto, { recipients: [], converting: false, now: NOW });
    expect(keyring.rotated(crypto, NOW).keys.map(({ id }) => id)).toEqual([7, 8]);
  });
});

describe("Keyring.fingerprint()", () => {
  test("stays the same when keys or recipients change, and is another after the conversion from plain", () => {
    const keyring = fresh([RECIPIENT]);
    const fingerprint = keyring.fingerprint(nobleCrypto);
    expect(fingerprint).toMatch(/^[0-9a-f]{32}$/);
    for (const changed of [keyring.rotated(nobleCrypto, NOW), keyring.withRecipients([])]) {
      expect(Keyring.parse(changed.serialize()).fingerprint(nobleCrypto)).toBe(fingerprint);
    }
    const converting = Keyring.create(nobleCrypto, { recipients: [], converting: true, now: NOW });
    const converted = converting.converted(nobleCrypto);
    expect(converted.converting).toBe(false);
    expect(converted.active).toBe(converting.active);
    expect(converted.fingerprint(nobleCrypto)).not.toBe(converting.fingerprint(nobleCrypto));
    expect(converted.converted(nobleCrypto).fingerprint(nobleCrypto)).toBe(
      converted.fingerprint(nobleCrypto),
    );
  });

  test("differs for another keyring that is made for the same recipients, even with the same store id", () => {
    const keyring = fresh([RECIPIENT]);
    expect(fresh([RECIPIENT]).fingerprint(nobleCrypto)).not.toBe(keyring.fingerprint(nobleCrypto));
    const forged = { ...JSON.parse(textOf(fresh([RECIPIENT]))), store: bytesToHex(keyring.storeId) };
    expect(Keyring.parse(utf8.encode(JSON.stringify(forged))).fingerprint(nobleCrypto)).not.toBe(
      keyring.fingerprint(nobleCrypto),
    );
  });
});

test("Keyring shows no secret to util.inspect or JSON.stringify", () => {
  const keyring = fresh([RECIPIENT]);
  const shown = inspect(keyring, { depth: 9, showHidden: true }) + JSON.stringify(keyring) + String(keyring);
  expect(shown).not.toContain(bytesToHex(keyring.active.key).slice(0, 8));
  expect(shown).not.toContain([...keyring.active.key.subarray(0, 4)].join(", "));
  expect(shown).not.toMatch(/[0-9a-f]{8}/);
});

test("Keyring.wipe() overwrites its keys", () => {
  const keyring = fresh();
  const { key } = keyring.active;
  keyring.wipe();
  expect(key.every((byte) => byte === 0)).toBe(true);
});
