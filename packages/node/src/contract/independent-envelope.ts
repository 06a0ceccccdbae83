/*
 * Sealed records as the contract describes them, written from it and on node:crypto alone: nothing of
 * BabaDB's is used, so that both cannot be wrong in the same way.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";

/** The key that a record is sealed with. */
export type SealKey = { readonly key: Buffer; readonly keyId: Buffer; readonly storeId: Buffer };

/** The parts of an envelope, and what they open to. */
export type Opened = {
  readonly flags: number;
  readonly keyId: string;
  readonly commitHalf: string;
  readonly recordHalf: string;
  readonly json: string;
  readonly size: number;
};

/** Base-3 text to bytes. */
export function fromBase3(text: Uint8Array): Buffer {
  const parts = Buffer.from(text)
    .toString("latin1")
    .split(/[\t-\r ]+/)
    .filter((part) => part !== "");
  return Buffer.from(parts.filter((_, i) => i % 2 === 0).map((digits) => Number.parseInt(digits, 3)));
}

/** Bytes to base-3 text, with the same filler throughout. */
export function toBase3(bytes: Uint8Array): Buffer {
  return Buffer.from([...bytes].map((byte) => `${byte.toString(3).padStart(6, "0")} 42x`).join(" "));
}

/** The keys derived from a raw key, as the format documents it. */
export function keyOfRaw(raw: Uint8Array): SealKey {
  const derive = (label: string, size: number) =>
    Buffer.from(hkdfSync("sha256", raw, "", `baba/1 raw ${label}`, size));
  return { key: derive("data key", 32), keyId: derive("key id", 4), storeId: derive("store id", 16) };
}

/** Opens a record file's text; throws if its tag does not fit. */
export function openEnvelope(text: Uint8Array, name: string, { key, keyId, storeId }: SealKey): Opened {
  const envelope = fromBase3(text);
  if (envelope[0] !== 1 || !envelope.subarray(2, 6).equals(keyId)) throw new Error("another version or key");
  const nonce = envelope.subarray(6, 30);
  const decipher = createDecipheriv("aes-256-gcm", derivedKey(key, nonce), nonce.subarray(12));
  decipher.setAAD(additionalData(envelope, storeId, name)).setAuthTag(envelope.subarray(-16));
  const opened = Buffer.concat([decipher.update(envelope.subarray(30, -16)), decipher.final()]);
  const flags = envelope[1] ?? 0;
  return {
    flags,
    keyId: envelope.subarray(2, 6).toString("hex"),
    commitHalf: nonce.subarray(0, 12).toString("hex"),
    recordHalf: nonce.subarray(12).toString("hex"),
    json: (flags === 1 ? inflateRawSync(opened) : opened).toString("utf8"),
    size: envelope.length,
  };
}

/** Seals a record's JSON into the text of its file. */
export function sealEnvelope(json: string, name: string, seal: SealKey, deflate = false): Buffer {
  const nonce = randomBytes(24);
  const head = Buffer.concat([Buffer.of(1, deflate ? 1 : 0), seal.keyId, nonce]);
  const cipher = createCipheriv("aes-256-gcm", derivedKey(seal.key, nonce), nonce.subarray(12));
  cipher.setAAD(additionalData(head, seal.storeId, name));
  const payload = deflate ? deflateRawSync(json) : Buffer.from(json);
  return toBase3(Buffer.concat([head, cipher.update(payload), cipher.final(), cipher.getAuthTag()]));
}

function additionalData(envelope: Buffer, storeId: Buffer, name: string): Buffer {
  const bytes = Buffer.from(name.normalize("NFC"));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([Buffer.from("baba/1 record"), envelope.subarray(0, 6), storeId, length, bytes]);
}

/** The derived key of XAES-256-GCM for a nonce: https://c2sp.org/XAES-256-GCM */
export function derivedKey(key: Buffer, nonce: Buffer): Buffer {
  const aes = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  const k1 = doubled(aes.update(Buffer.alloc(16)));
  const block = (counter: number) => {
    const message = Buffer.concat([Buffer.of(0, counter, 0x58, 0), nonce.subarray(0, 12)]);
    return aes.update(message.map((byte, i) => byte ^ (k1[i] ?? 0)));
  };
  return Buffer.concat([block(1), block(2)]);
}

/** Multiplies the block by x in the field of CMAC. */
function doubled(block: Buffer): Buffer {
  const shifted = (BigInt(`0x${block.toString("hex")}`) << 1n) & ((1n << 128n) - 1n);
  const reduced = ((block[0] ?? 0) & 0x80) === 0 ? shifted : shifted ^ 0x87n;
  return Buffer.from(reduced.toString(16).padStart(32, "0"), "hex");
}
