import * as functions from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cryptoSuite } from "../testing/crypto-suite.ts";
import { nativeCrypto } from "./native-crypto.ts";
import { nobleCrypto } from "./noble.ts";

const PATIENCE = 60_000;
const ADAPTERS = { nobleCrypto, nativeCrypto: nativeCrypto(functions) };

for (const [name, adapter] of Object.entries(ADAPTERS)) {
  describe(name, () => {
    cryptoSuite(
      (title, work) => test(title, work, PATIENCE),
      () => adapter,
      {
        xaes: vectors("xaes-256-gcm/vectors.json"),
        wycheproof: vectors("wycheproof/aes_gcm_test.json"),
      },
    );
  });
}

function vectors(path: string) {
  return JSON.parse(readFileSync(new URL(`../../../../vectors/${path}`, import.meta.url), "utf8"));
}

test("nativeCrypto overwrites the plaintext under a wrong tag in the runtime's memory too", () => {
  const released: Uint8Array[] = [];
  const crypto = nativeCrypto({
    ...functions,
    createDecipheriv: (...parameters) => {
      const decipher = functions.createDecipheriv(...parameters);
      return {
        setAAD: (aad) => decipher.setAAD(aad),
        setAuthTag: (tag) => decipher.setAuthTag(tag),
        update: (bytes) => {
          const plaintext = decipher.update(bytes);
          released.push(plaintext);
          return plaintext;
        },
        final: () => decipher.final(),
      };
    },
  });
  const [key, nonce, text] = [crypto.random(32), crypto.random(12), crypto.random(100)];
  const sealed = crypto.seal(key, nonce, text, text);
  expect(crypto.open(key, nonce, text, sealed)).toEqual(text);
  expect(crypto.open(key, nonce, nonce, sealed)).toBeUndefined();
  expect(released.map((bytes) => bytes.some((byte) => byte !== 0))).toEqual([true, false]);
});
