import * as functions from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Crypto } from "../crypto/crypto.ts";
import { nativeCrypto } from "../crypto/native-crypto.ts";
import { CRYPTO_FAULTS, type CryptoFault } from "./crypto-faults.fixture.ts";
import { cryptoSuite } from "./crypto-suite.ts";

const sound = nativeCrypto(functions);
const vectors = {
  xaes: vectorsAt("xaes-256-gcm/vectors.json"),
  wycheproof: vectorsAt("wycheproof/aes_gcm_test.json"),
};

test.each(Object.entries(CRYPTO_FAULTS))("cryptoSuite() finds that %s", async (_name, [finder, fault]) => {
  const { ran, failed } = await run(fault, finder);
  expect(ran).toHaveLength(1);
  expect(failed).toEqual(ran);
});

test.each(["every applicable vector", "published vectors"])(
  "cryptoSuite() finds an adapter wrong if it is given no vectors to judge it by: %s",
  async (name) => {
    const none = { vectors: [], accumulated: { iterations_10000: "", iterations_1000000: "" } };
    const { ran, failed } = await run(() => ({}), name, { xaes: none, wycheproof: { testGroups: [] } });
    expect(ran).toHaveLength(1);
    expect(failed).toEqual(ran);
  },
);

/** Runs the suite's tests whose name contains the text against an adapter with the fault. */
async function run(fault: CryptoFault, only: string, data: typeof vectors = vectors) {
  const tests = new Map<string, () => Promise<void>>();
  const crypto: Crypto = { ...sound, ...fault(sound) };
  cryptoSuite(
    (name, work) => name.includes(only) && tests.set(name, work),
    () => crypto,
    data,
  );
  const failed: string[] = [];
  for (const [name, work] of tests) await work().catch(() => failed.push(name));
  return { ran: [...tests.keys()], failed };
}

function vectorsAt(path: string) {
  return JSON.parse(readFileSync(new URL(`../../../../vectors/${path}`, import.meta.url), "utf8"));
}
