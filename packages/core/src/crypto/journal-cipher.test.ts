import { expect, test } from "vitest";
import { SEAL_OVERHEAD } from "../storage/journal/seal.ts";
import { JournalCipher } from "./journal-cipher.ts";
import { nobleCrypto } from "./noble.ts";

const key = nobleCrypto.random(32);
const storeId = nobleCrypto.random(16);
const cipher = new JournalCipher(nobleCrypto, { id: 1, key }, storeId);
const [aad, body] = [nobleCrypto.random(40), nobleCrypto.random(100)];

/** Ciphers with another store id, and with another key. */
const STRANGERS: readonly (readonly [string, JournalCipher])[] = [
  ["store", new JournalCipher(nobleCrypto, { id: 1, key }, nobleCrypto.random(16))],
  ["data key", new JournalCipher(nobleCrypto, { id: 1, key: nobleCrypto.random(32) }, storeId)],
];

function* flips(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}

test("JournalCipher opens what it sealed, and what another instance of the same keys sealed", () => {
  const sealed = cipher.sealBody(aad, body);
  expect(sealed.length).toBe(body.length + SEAL_OVERHEAD);
  expect(cipher.openBody(aad, sealed)).toEqual(body);
  expect(new JournalCipher(nobleCrypto, { id: 1, key }, storeId).openBody(aad, sealed)).toEqual(body);
  expect(cipher.openBody(aad, cipher.sealBody(aad, new Uint8Array(0)))).toEqual(new Uint8Array(0));
});

test("JournalCipher.openBody() gives undefined for every flipped bit of body and aad, and every truncation", () => {
  const sealed = cipher.sealBody(aad, body);
  for (const forged of flips(sealed)) expect(cipher.openBody(aad, forged)).toBeUndefined();
  for (const other of flips(aad)) expect(cipher.openBody(other, sealed)).toBeUndefined();
  for (let length = 0; length < sealed.length; length++) {
    expect(cipher.openBody(aad, sealed.subarray(0, length))).toBeUndefined();
  }
});

test("JournalCipher.sealBody() of one place twice uses two nonces", () => {
  const nonces = Array.from({ length: 1000 }, () =>
    Buffer.from(cipher.sealBody(aad, body).subarray(0, 24)).toString("hex"),
  );
  expect(new Set(nonces).size).toBe(1000);
});

test("JournalCipher.verifyTag() accepts the tag of these bytes alone", () => {
  const tag = cipher.tag(body);
  expect(tag.length).toBe(16);
  expect(cipher.verifyTag(body, tag)).toBe(true);
  for (const other of flips(body)) expect(cipher.verifyTag(other, tag)).toBe(false);
  for (const forged of flips(tag)) expect(cipher.verifyTag(body, forged)).toBe(false);
  expect(cipher.verifyTag(body, tag.subarray(0, 15))).toBe(false);
  expect(cipher.verifyTag(body.subarray(1), tag)).toBe(false);
});

for (const [what, stranger] of STRANGERS) {
  test(`JournalCipher of another ${what} opens nothing and verifies nothing`, () => {
    expect(stranger.openBody(aad, cipher.sealBody(aad, body))).toBeUndefined();
    expect(stranger.verifyTag(body, cipher.tag(body))).toBe(false);
  });
}

test("JournalCipher refuses to seal after wipe(), and its old tags no longer fit", () => {
  const own = new JournalCipher(nobleCrypto, { id: 1, key }, storeId);
  const tag = own.tag(body);
  own.wipe();
  expect(() => own.sealBody(aad, body)).toThrow(expect.objectContaining({ code: "BABA_CLOSED" }));
  expect(own.verifyTag(body, tag)).toBe(false);
});
