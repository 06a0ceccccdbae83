import { expect, test } from "vitest";
import type { Crypto } from "./crypto.ts";
import { nobleCrypto } from "./noble.ts";
import { NotedSecrets } from "./noted-secrets.fixture.ts";
import { Xaes } from "./xaes.ts";

const NOTHING = new Uint8Array(0);

function counting(): { crypto: Crypto; blocks: () => number } {
  let blocks = 0;
  const encryptBlock: Crypto["encryptBlock"] = (key, block) => {
    blocks++;
    return nobleCrypto.encryptBlock(key, block);
  };
  return { crypto: { ...nobleCrypto, encryptBlock }, blocks: () => blocks };
}

function nonceOf(commit: number, record: number): Uint8Array {
  const nonce = new Uint8Array(24);
  new DataView(nonce.buffer).setUint32(0, commit);
  new DataView(nonce.buffer).setUint32(12, record);
  return nonce;
}

test("Xaes derives a key once for all nonces that share their first 12 bytes", () => {
  const { crypto, blocks } = counting();
  const xaes = new Xaes(crypto, crypto.random(32));
  for (let record = 0; record < 100; record++) xaes.seal(nonceOf(1, record), NOTHING, NOTHING);
  expect(blocks()).toBe(3);
  xaes.seal(nonceOf(2, 0), NOTHING, NOTHING);
  expect(blocks()).toBe(5);
});

test("Xaes keeps the 1,024 derived keys used last, and opens with all others too", () => {
  const { crypto, blocks } = counting();
  const xaes = new Xaes(crypto, crypto.random(32));
  const sealed = Array.from({ length: 1100 }, (_, commit) => xaes.seal(nonceOf(commit, 0), NOTHING, NOTHING));
  const derived = blocks();
  for (const commit of [1099, 76])
    expect(xaes.open(nonceOf(commit, 0), NOTHING, sealed[commit] ?? NOTHING)).toEqual(NOTHING);
  expect(blocks()).toBe(derived);
  expect(xaes.open(nonceOf(75, 0), NOTHING, sealed[75] ?? NOTHING)).toEqual(NOTHING);
  expect(blocks()).toBe(derived + 2);
});

test("Xaes keeps a derived key that was used again, and drops the one that was not used for longest", () => {
  const { crypto, blocks } = counting();
  const xaes = new Xaes(crypto, crypto.random(32));
  for (let commit = 0; commit < 1024; commit++) xaes.seal(nonceOf(commit, 0), NOTHING, NOTHING);
  xaes.seal(nonceOf(0, 1), NOTHING, NOTHING);
  xaes.seal(nonceOf(1024, 0), NOTHING, NOTHING);
  const derived = blocks();
  xaes.seal(nonceOf(0, 2), NOTHING, NOTHING);
  expect(blocks()).toBe(derived);
  xaes.seal(nonceOf(1, 1), NOTHING, NOTHING);
  expect(blocks()).toBe(derived + 2);
});

test("Xaes keeps nothing of a nonce in a Buffer, whose bytes may change afterwards", () => {
  const xaes = new Xaes(nobleCrypto, nobleCrypto.random(32));
  const nonce = Buffer.from(nonceOf(1, 0));
  const sealed = xaes.seal(nonce, NOTHING, NOTHING);
  nonce.set(nonceOf(2, 0));
  const other = xaes.seal(nonce, NOTHING, NOTHING);
  expect(other).not.toEqual(sealed);
  expect(xaes.open(nonceOf(1, 0), NOTHING, sealed)).toEqual(NOTHING);
  expect(xaes.open(nonceOf(2, 0), NOTHING, other)).toEqual(NOTHING);
});

test("Xaes copies its key and refuses every use after wipe()", () => {
  const key = nobleCrypto.random(32);
  const same = new Xaes(nobleCrypto, new Uint8Array(key));
  const xaes = new Xaes(nobleCrypto, key);
  // Before the first use, as later ones need no more than what is derived from it.
  key.fill(0);
  const sealed = xaes.seal(nonceOf(1, 1), NOTHING, NOTHING);
  expect(same.open(nonceOf(1, 1), NOTHING, sealed)).toEqual(NOTHING);
  xaes.wipe();
  expect(() => xaes.seal(nonceOf(1, 1), NOTHING, NOTHING)).toThrow(
    expect.objectContaining({ code: "BABA_CLOSED" }),
  );
  expect(() => xaes.open(nonceOf(1, 1), NOTHING, sealed)).toThrow(
    expect.objectContaining({ code: "BABA_CLOSED" }),
  );
});

test("Xaes refuses a nonce or key of another length", () => {
  const xaes = new Xaes(nobleCrypto, nobleCrypto.random(32));
  expect(() => xaes.seal(new Uint8Array(12), NOTHING, NOTHING)).toThrow(RangeError);
  expect(() => new Xaes(nobleCrypto, new Uint8Array(16))).toThrow(RangeError);
});

test("Xaes overwrites derived keys that it drops, what it computes on the way, and all others by wipe()", () => {
  const secrets = new NotedSecrets();
  const key = nobleCrypto.random(32);
  const xaes = new Xaes(secrets.crypto, key);
  for (let commit = 0; commit < 1030; commit++) xaes.seal(nonceOf(commit, 0), NOTHING, NOTHING);
  key.fill(0);
  // The key's copy, and the derived keys that are kept.
  expect(secrets.left()).toHaveLength(1 + 1024);
  xaes.wipe();
  expect(secrets.left()).toEqual([]);
});
