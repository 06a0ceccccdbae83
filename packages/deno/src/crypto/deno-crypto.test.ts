import assert from "node:assert/strict";
import { nobleCrypto } from "@baba/core/crypto";
import { cryptoSuite } from "@baba/core/testing";
import { denoCrypto } from "./deno-crypto.ts";

cryptoSuite(
  (name, work) => Deno.test(name, work),
  () => denoCrypto,
  {
    xaes: vectors("xaes-256-gcm/vectors.json"),
    wycheproof: vectors("wycheproof/aes_gcm_test.json"),
  },
);

Deno.test("denoCrypto opens what nobleCrypto sealed, and the other way round", () => {
  const [key, nonce, aad] = [denoCrypto.random(32), denoCrypto.random(12), denoCrypto.random(30)];
  for (const size of [0, 1, 15, 16, 17, 250, 70_000]) {
    const plaintext = denoCrypto.random(size);
    const sealed = denoCrypto.seal(key, nonce, aad, plaintext);
    assert.deepEqual(nobleCrypto.seal(key, nonce, aad, plaintext), sealed);
    assert.deepEqual(
      denoCrypto.open(key, nonce, aad, nobleCrypto.seal(key, nonce, aad, plaintext)),
      plaintext,
    );
  }
});

Deno.test("denoCrypto.scrypt() leaves the event loop free", async () => {
  let turns = 0;
  let done = false;
  const derived = denoCrypto.scrypt(denoCrypto.random(8), denoCrypto.random(16), 17).finally(() => {
    done = true;
  });
  for (; !done; turns++) await new Promise((resolve) => setTimeout(resolve, 0));
  await derived;
  // If it were synchronous, there would be at most two turns.
  assert.ok(turns > 10, `${turns} turns`);
});

function vectors(path: string) {
  return JSON.parse(Deno.readTextFileSync(new URL(`../../../../vectors/${path}`, import.meta.url)));
}
