import { expect, test } from "vitest";
import { nobleCrypto } from "./noble.ts";
import { StoreKeys } from "./store-keys.ts";

const STORE_ID = new Uint8Array(16).fill(1);
const keyOf = (id: number, fill = id) => ({ id, key: new Uint8Array(32).fill(fill) });
const keysOf = (...keys: Parameters<typeof keyOf>[]) => {
  const [first = keyOf(1), ...others] = keys.map((key) => keyOf(...key));
  return new StoreKeys(nobleCrypto, STORE_ID, [first, ...others]);
};
const closed = expect.objectContaining({ code: "BABA_CLOSED" });

test("StoreKeys.share() takes the ciphers of keys that earlier ones have, too, and tells whether those have others", () => {
  const earlier = keysOf([1], [2]);
  const [record, journal] = [earlier.find(1), earlier.cipher(2)];
  const [later, lacking] = [keysOf([3], [2], [1]), keysOf([3], [1])];
  expect([later.share(earlier), lacking.share(earlier)]).toEqual([true, false]);
  expect(later.find(1)).toBe(record);
  expect(later.cipher(2)).toBe(journal);
  expect(lacking.find(1)).toBe(record);
  expect(lacking.find(2)).toBe(undefined);
  expect(later.active).not.toBe(record);
});

test("StoreKeys.share() shares the active key with the same keys, which once wiped serve neither", () => {
  const [earlier, later] = [keysOf([1]), keysOf([1])];
  const { active } = earlier;
  expect(later.share(earlier)).toBe(true);
  expect(later.active).toBe(active);
  later.wipe();
  expect(() => earlier.active).toThrow(closed);
  expect(() => earlier.find(1)).toThrow(closed);
  expect(() => earlier.cipher(1)).toThrow(closed);
});

test("StoreKeys.share() takes no key of another store, or of the same id only", () => {
  const other = new StoreKeys(nobleCrypto, new Uint8Array(16).fill(2), [keyOf(1)]);
  const [keys, anew] = [keysOf([1]), keysOf([1, 9])];
  expect([keys.share(other), keys.share(anew)]).toEqual([false, false]);
  expect(keys.active).not.toBe(other.active);
  expect(keys.active).not.toBe(anew.active);
});
