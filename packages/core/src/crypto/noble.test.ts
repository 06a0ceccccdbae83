import { readFileSync } from "node:fs";
import { test } from "vitest";
import { cryptoSuite } from "../testing/crypto-suite.ts";
import { nobleCrypto } from "./noble.ts";

const PATIENCE = 60_000;

cryptoSuite(
  (name, work) => test(name, work, PATIENCE),
  () => nobleCrypto,
  {
    xaes: vectors("xaes-256-gcm/vectors.json"),
    wycheproof: vectors("wycheproof/aes_gcm_test.json"),
  },
);

function vectors(path: string) {
  return JSON.parse(readFileSync(new URL(`../../../../vectors/${path}`, import.meta.url), "utf8"));
}
