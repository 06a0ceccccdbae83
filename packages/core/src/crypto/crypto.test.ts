import * as functions from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "vitest";
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
