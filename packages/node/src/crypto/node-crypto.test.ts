import { readFileSync } from "node:fs";
import { nobleCrypto } from "@baba/core/crypto";
import { cryptoSuite } from "@baba/core/testing";
import { expect, test } from "vitest";
import { nodeCrypto } from "./node-crypto.ts";

const PATIENCE = 60_000;

cryptoSuite(
  (name, work) => test(name, work, PATIENCE),
  () => nodeCrypto,
  {
    xaes: vectors("xaes-256-gcm/vectors.json"),
    wycheproof: vectors("wycheproof/aes_gcm_test.json"),
  },
);

test("nodeCrypto opens what nobleCrypto sealed, and the other way round", () => {
  const [key, nonce, aad] = [nodeCrypto.random(32), nodeCrypto.random(12), nodeCrypto.random(30)];
  for (const size of [0, 1, 15, 16, 17, 250, 70_000]) {
    const plaintext = nodeCrypto.random(size);
    const sealed = nodeCrypto.seal(key, nonce, aad, plaintext);
    expect(nobleCrypto.seal(key, nonce, aad, plaintext)).toEqual(sealed);
    expect(nobleCrypto.open(key, nonce, aad, sealed)).toEqual(plaintext);
    expect(nodeCrypto.open(key, nonce, aad, nobleCrypto.seal(key, nonce, aad, plaintext))).toEqual(plaintext);
  }
});

test("nodeCrypto.scrypt() leaves the event loop free", async () => {
  let turns = 0;
  let done = false;
  const derived = nodeCrypto.scrypt(nodeCrypto.random(8), nodeCrypto.random(16), 17).finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  await derived;
  // If it were synchronous, there would be at most two turns.
  expect(turns).toBeGreaterThan(10);
});

function vectors(path: string) {
  return JSON.parse(readFileSync(new URL(`../../../../vectors/${path}`, import.meta.url), "utf8"));
}
