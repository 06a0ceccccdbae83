import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BabaError } from "../errors.ts";
import { checkRecordName } from "../storage/names.ts";
import { webCompression } from "./compression.ts";
import type { Crypto } from "./crypto.ts";
import {
  CommitSealer,
  contentOf,
  ENVELOPE_OVERHEAD,
  isSealed,
  LONGEST_INFLATED,
  openRecord,
  type Seals,
  sealRecords,
} from "./envelope.ts";
import { nobleCrypto } from "./noble.ts";
import { keysOfRawKey, StoreKeys } from "./store-keys.ts";
import { Xaes } from "./xaes.ts";

const utf8 = new TextEncoder();
const NAME = "heroes/bob.baba";
const SMALL = utf8.encode('{"id":1,"name":"Bob"}');
const LARGE = utf8.encode(JSON.stringify({ text: "the same words again and again, ".repeat(200) }));

function sealsOf(rawKey: Uint8Array): Seals {
  return { crypto: nobleCrypto, compression: webCompression, keys: keysOfRawKey(nobleCrypto, rawKey) };
}

const seals = sealsOf(new Uint8Array(32).fill(1));
const seal = (payload: Uint8Array, name = NAME) => new CommitSealer(seals).seal(name, payload);

const opened = async (...what: Parameters<typeof openRecord>) => openRecord(...what);

async function codeOf(envelope: Uint8Array, name = NAME, by: Seals = seals): Promise<string> {
  const error = await opened(envelope, name, by).catch((thrown: unknown) => thrown);
  if (!(error instanceof BabaError)) throw new Error(`opened, or failed otherwise: ${String(error)}`);
  expect(error.record).toBe(name);
  return error.code;
}

describe("the envelope of CommitSealer.seal()", () => {
  test("has the documented bytes, and its additional data is as documented", async () => {
    const envelope = await seal(SMALL);
    expect(envelope.length).toBe(SMALL.length + ENVELOPE_OVERHEAD);
    expect([...envelope.subarray(0, 2)]).toEqual([1, 0]);
    expect(new DataView(envelope.buffer).getUint32(2)).toBe(seals.keys.activeId);
    const name = utf8.encode(NAME);
    const aad = [
      ...utf8.encode("baba/1 record"),
      ...envelope.subarray(0, 6),
      ...seals.keys.storeId,
      0,
      0,
      0,
      name.length,
      ...name,
    ];
    const key = nobleCrypto.hkdf(
      new Uint8Array(32).fill(1),
      new Uint8Array(0),
      utf8.encode("baba/1 raw data key"),
      32,
    );
    const opened = new Xaes(nobleCrypto, key).open(
      envelope.subarray(6, 30),
      Uint8Array.from(aad),
      envelope.subarray(30),
    );
    expect(opened).toEqual(SMALL);
  });

  test("opens to its payload of any size by openRecord()", async () => {
    for (const size of [0, 1, 250, 4095, 4096, 4097, 100_000]) {
      for (const payload of [new Uint8Array(size).fill(32), nobleCrypto.random(size)]) {
        const envelope = await seal(payload);
        expect(isSealed(envelope)).toBe(true);
        expect(Buffer.compare(await openRecord(envelope, NAME, seals), payload)).toBe(0);
      }
    }
  });

  test("is deflated from 4 KiB on, and only if that makes it smaller", async () => {
    const flagOf = async (payload: Uint8Array) => (await seal(payload))[1];
    expect(await flagOf(new Uint8Array(4095).fill(32))).toBe(0);
    expect(await flagOf(new Uint8Array(4096).fill(32))).toBe(1);
    expect(await flagOf(nobleCrypto.random(4096))).toBe(0);
    expect((await seal(LARGE)).length).toBeLessThan(LARGE.length / 10);
  });

  test("is not deflated if its payload is larger than what would be inflated again", async () => {
    const crypto: Crypto = {
      ...nobleCrypto,
      seal: (_key, _nonce, _aad, text) => new Uint8Array(text.length),
    };
    const compression = { ...webCompression, deflate: () => new Uint8Array(9) };
    const keys = keysOfRawKey(crypto, new Uint8Array(32));
    const sealer = new CommitSealer({ crypto, compression, keys });
    expect((await sealer.seal(NAME, new Uint8Array(LONGEST_INFLATED)))[1]).toBe(1);
    const larger = await sealer.seal(NAME, new Uint8Array(LONGEST_INFLATED + 1));
    expect(larger[1]).toBe(0);
    expect(larger.length).toBe(ENVELOPE_OVERHEAD + LONGEST_INFLATED + 1);
  });

  test("opens from a view into a larger buffer by openRecord()", async () => {
    const envelope = await seal(SMALL);
    const padded = new Uint8Array(envelope.length + 20);
    padded.set(envelope, 11);
    expect(await openRecord(padded.subarray(11, 11 + envelope.length), NAME, seals)).toEqual(SMALL);
  });
});

describe("openRecord()", () => {
  test("refuses every flipped bit", async () => {
    for (const payload of [SMALL, LARGE]) {
      const envelope = await seal(payload);
      for (let bit = 0; bit < envelope.length * 8; bit++) {
        const flipped = envelope.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const code = await codeOf(flipped);
        if (bit < 8) expect(["BABA_ENVELOPE", "BABA_NOT_SEALED"]).toContain(code);
        else if (bit === 8) expect(code).toBe("BABA_TAMPERED");
        else if (bit < 16) expect(code).toBe("BABA_ENVELOPE");
        else expect(code).toBe(bit < 48 ? "BABA_KEY_UNKNOWN" : "BABA_TAMPERED");
      }
    }
  });

  test("refuses every truncation and every extension", async () => {
    const envelope = await seal(SMALL);
    for (let length = 0; length < envelope.length; length++) {
      expect(await codeOf(envelope.subarray(0, length))).toBe(
        length < ENVELOPE_OVERHEAD ? "BABA_ENVELOPE" : "BABA_TAMPERED",
      );
    }
    expect(await codeOf(Uint8Array.from([...envelope, 0]))).toBe("BABA_TAMPERED");
  });

  test("refuses a record swapped with another, renamed or copied into another store", async () => {
    const [one, other] = [await seal(SMALL, "1.baba"), await seal(SMALL, "2.baba")];
    expect(await codeOf(one, "2.baba")).toBe("BABA_TAMPERED");
    expect(await codeOf(other, "1.baba")).toBe("BABA_TAMPERED");
    expect(await codeOf(one, "a/1.baba")).toBe("BABA_TAMPERED");
    expect(await codeOf(one, "1.baba", sealsOf(new Uint8Array(32).fill(2)))).toBe("BABA_KEY_UNKNOWN");
  });

  test("refuses another name that differs only in the last of a thousand bytes", async () => {
    const folders = `${"日".repeat(66)}/`.repeat(5);
    const name = checkRecordName(`${folders}a.baba`);
    const envelope = await seal(SMALL, name);
    expect(await openRecord(envelope, name, seals)).toEqual(SMALL);
    expect(await codeOf(envelope, checkRecordName(`${folders}b.baba`))).toBe("BABA_TAMPERED");
  });

  test("refuses another store's record under the very same data key and key id", async () => {
    const key = nobleCrypto.random(32);
    const storeOf = (fill: number): Seals => ({
      ...seals,
      keys: new StoreKeys(nobleCrypto, new Uint8Array(16).fill(fill), [{ id: 7, key }]),
    });
    const envelope = await new CommitSealer(storeOf(1)).seal(NAME, SMALL);
    expect(await openRecord(envelope, NAME, storeOf(1))).toEqual(SMALL);
    expect(await codeOf(envelope, NAME, storeOf(2))).toBe("BABA_TAMPERED");
  });

  test("says that a plain record is not sealed, and that other versions and flags are not known", async () => {
    expect(await codeOf(SMALL)).toBe("BABA_NOT_SEALED");
    expect(await codeOf(utf8.encode(' \n{"a":1}'))).toBe("BABA_NOT_SEALED");
    const envelope = await seal(SMALL);
    expect(await codeOf(Uint8Array.from([2, ...envelope.subarray(1)]))).toBe("BABA_ENVELOPE");
    expect(await codeOf(Uint8Array.from([1, 2, ...envelope.subarray(2)]))).toBe("BABA_ENVELOPE");
    expect(isSealed(SMALL)).toBe(false);
    expect(isSealed(new Uint8Array(0))).toBe(false);
  });

  test("says that an empty record is empty, and not what version it has", async () => {
    const empty = "the record is empty; put it back from a backup";
    await expect(opened(new Uint8Array(0), NAME, seals)).rejects.toThrow(empty);
  });

  test("refuses what inflates to more than the limit, though it was sealed with the key", async () => {
    const bomb = await webCompression.deflate(new Uint8Array(LONGEST_INFLATED + 1));
    // A malicious writer, which passes off the deflated bomb as the deflated form of something else.
    const liar: Seals = { ...seals, compression: { ...webCompression, deflate: () => bomb } };
    const envelope = await new CommitSealer(liar).seal(NAME, nobleCrypto.random(bomb.length + 1));
    expect(await codeOf(envelope)).toBe("BABA_ENVELOPE");
  });

  test("gives a typed error for any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, prefixed) => {
        const envelope = prefixed ? Uint8Array.from([1, 0, ...bytes]) : bytes;
        expect(await codeOf(envelope)).toMatch(/^BABA_(ENVELOPE|NOT_SEALED|KEY_UNKNOWN|TAMPERED)$/);
      }),
      { numRuns: 500 },
    );
  });
});

test("contentOf() gives the error of a record that cannot be inflated as its content", async () => {
  const compression = { ...webCompression, deflate: () => new Uint8Array(9).fill(0xff) };
  const envelope = await new CommitSealer({ ...seals, compression }).seal(NAME, LARGE);
  const advice = expect.stringMatching(/cannot be inflated.*; put it back from a backup\.$/);
  const refusal = { code: "BABA_ENVELOPE", record: NAME, message: advice };
  expect(await contentOf(envelope, NAME, seals)).toMatchObject(refusal);
});

test("contentOf() calls an unknown version and unknown flags damage, or a newer version's", async () => {
  const envelope = await seal(SMALL);
  for (const at of [0, 1]) {
    const other = envelope.slice();
    other[at] = 2;
    const advice =
      /it is damaged, or from a newer BabaDB; put it back from a backup, or open it with that version\.$/;
    const refusal = { code: "BABA_ENVELOPE", message: expect.stringMatching(advice) };
    expect(await contentOf(other, NAME, seals)).toMatchObject(refusal);
  }
});

describe("CommitSealer", () => {
  test("shares 12 bytes of the nonce within a commit, and never repeats the other 12", async () => {
    const sealer = new CommitSealer(seals);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    const nonces: string[] = [];
    for (let i = 0; i < 1000; i++) nonces.push(hex((await sealer.seal(NAME, SMALL)).subarray(6, 30)));
    expect(new Set(nonces.map((nonce) => nonce.slice(0, 24))).size).toBe(1);
    expect(new Set(nonces.map((nonce) => nonce.slice(24))).size).toBe(1000);
    expect(nonces.every((nonce) => nonce.length === 48 && !nonce.endsWith("0".repeat(24)))).toBe(true);
    const next = await new CommitSealer(seals).seal(NAME, SMALL);
    expect(nonces[0]?.startsWith(hex(next.subarray(6, 18)))).toBe(false);
  });

  test("refuses the record after the 2^32nd", async () => {
    const sealer = new CommitSealer(seals, 2 ** 32 - 1);
    await sealer.seal(NAME, SMALL);
    expect(() => sealer.seal(NAME, SMALL)).toThrow(RangeError);
  });
});

test("sealRecords() seals every payload, keeps deletions, and gives others their turn", async () => {
  const changes = new Map([
    ["1.baba", SMALL],
    ["2.baba", undefined],
    ["3.baba", LARGE],
  ] as const);
  let turns = 0;
  const sealed = await sealRecords(changes, seals, () => {
    turns++;
    return turns === 2 ? Promise.resolve() : undefined;
  });
  expect([...sealed.keys()]).toEqual(["1.baba", "2.baba", "3.baba"]);
  expect(sealed.get("2.baba")).toBeUndefined();
  expect(await openRecord(sealed.get("1.baba") ?? SMALL, "1.baba", seals)).toEqual(SMALL);
  expect(await openRecord(sealed.get("3.baba") ?? SMALL, "3.baba", seals)).toEqual(LARGE);
  expect(turns).toBe(3);
});

describe("StoreKeys", () => {
  test("open what a retired key sealed, and seal with the active one", async () => {
    const [old, young] = [
      { id: 1, key: nobleCrypto.random(32) },
      { id: 2, key: nobleCrypto.random(32) },
    ];
    const storeId = nobleCrypto.random(16);
    const before: Seals = { ...seals, keys: new StoreKeys(nobleCrypto, storeId, [old]) };
    const after: Seals = { ...seals, keys: new StoreKeys(nobleCrypto, storeId, [young, old]) };
    const envelope = await new CommitSealer(before).seal(NAME, SMALL);
    expect(await openRecord(envelope, NAME, after)).toEqual(SMALL);
    const newer = await new CommitSealer(after).seal(NAME, SMALL);
    expect(new DataView(newer.buffer).getUint32(2)).toBe(2);
    expect(await codeOf(newer, NAME, before)).toBe("BABA_KEY_UNKNOWN");
  });

  test("seal and open nothing after wipe()", async () => {
    const own = sealsOf(nobleCrypto.random(32));
    const sealer = new CommitSealer(own);
    const envelope = await sealer.seal(NAME, SMALL);
    own.keys.wipe();
    expect(() => sealer.seal(NAME, SMALL)).toThrow(expect.objectContaining({ code: "BABA_CLOSED" }));
    await expect(opened(envelope, NAME, own)).rejects.toMatchObject({ code: "BABA_CLOSED" });
    expect(() => own.keys.cipher()).toThrow(expect.objectContaining({ code: "BABA_CLOSED" }));
  });

  test("show no key to util.inspect or JSON.stringify", () => {
    const rawKey = new Uint8Array(32).fill(0xab);
    const own = sealsOf(rawKey);
    own.keys.cipher();
    const shown =
      inspect(own, { depth: 20, showHidden: true }) +
      JSON.stringify(own) +
      inspect(new Xaes(nobleCrypto, rawKey));
    for (const label of ["data key", "key id", "store id"]) {
      const derived = nobleCrypto.hkdf(rawKey, new Uint8Array(0), utf8.encode(`baba/1 raw ${label}`), 32);
      if (label === "data key") expect(shown).not.toContain([...derived.subarray(0, 4)].join(", "));
    }
    expect(shown).not.toMatch(/171, 171|abab/);
  });

  test("from keysOfRawKey() are the same every time, and differ between keys", () => {
    const [one, again, other] = [1, 1, 2].map((fill) =>
      keysOfRawKey(nobleCrypto, new Uint8Array(32).fill(fill)),
    );
    expect(again?.storeId).toEqual(one?.storeId);
    expect(again?.activeId).toBe(one?.activeId);
    expect(other?.storeId).not.toEqual(one?.storeId);
    expect(() => keysOfRawKey(nobleCrypto, new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: "BABA_OPTION" }),
    );
  });
});
