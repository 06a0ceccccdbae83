/*
 * The journal as docs/format.md describes it, read on node:crypto alone: headers, pins, frames and bodies,
 * plain and sealed. Checksums are left to the Python program on that page; here it is the tags that must fit.
 */
import { createDecipheriv, hkdfSync, timingSafeEqual } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { derivedKey, type SealKey } from "./independent-envelope.ts";

/** One change of a commit: a put's payload, or `undefined` if the record is deleted. */
export type Change = readonly [name: string, payload: Buffer | undefined];
type Commit = { readonly sequence: number; readonly changes: readonly Change[] };
type Segment = { readonly bytes: Buffer; readonly end: number };

/** The commits above the newest checkpoint, in order; throws if a tag or a length does not fit. */
export function readJournal(directory: string, seal?: SealKey): Commit[] {
  const folder = join(directory, ".baba", "journal");
  const files = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)));
  const segments = files.map((bytes, i) => ({
    bytes,
    end: Number(files[i + 1]?.readBigUInt64BE(40) ?? bytes.length),
  }));
  const checkpoint = Number(files.at(-1)?.readBigUInt64BE(32) ?? 0);
  const commits = segments.flatMap((segment) => commitsOf(segment, seal));
  return commits.filter(({ sequence }) => sequence > checkpoint);
}

function commitsOf({ bytes, end }: Segment, seal: SealKey | undefined): Commit[] {
  const sealed = bytes.readUInt32BE(12) === 1;
  if (sealed !== (seal !== undefined)) throw new Error("another protection");
  if (seal !== undefined) checkHeader(bytes, seal);
  const commits: Commit[] = [];
  let chain = bytes.subarray(504, 512);
  for (let at = 512; at < end && bytes.toString("latin1", at, at + 4) === "BABF"; ) {
    const length = bytes.readUInt32BE(at + 24);
    const next = at + 40 + Math.ceil(length / 8) * 8 + 16;
    const written = bytes.subarray(at + 40, at + 40 + length);
    const body = seal === undefined ? written : openBody(bytes, at, chain, written, seal);
    const sequence = Number(bytes.readBigUInt64BE(at + 8));
    if (bytes.readUInt32BE(at + 4) === 0) commits.push({ sequence, changes: changesOf(body) });
    else if (body.length > 0) throw new Error("a mark with a body");
    chain = bytes.subarray(next - 16, next - 8);
    at = next;
  }
  return commits;
}

function checkHeader(bytes: Buffer, { key, keyId, storeId }: SealKey): void {
  if (!bytes.subarray(480, 484).equals(keyId)) throw new Error("another key");
  const tagKey = derive(key, storeId, "baba/1 checkpoint", 32);
  const tag = derive(bytes.subarray(0, 488), tagKey, "", 16);
  if (!timingSafeEqual(tag, bytes.subarray(488, 504))) throw new Error("the header's tag is wrong");
}

function openBody(
  bytes: Buffer,
  at: number,
  chain: Buffer,
  written: Buffer,
  { key, storeId }: SealKey,
): Buffer {
  const bodyKey = derive(key, storeId, "baba/1 journal", 32);
  const nonce = written.subarray(0, 24);
  const offset = Buffer.alloc(8);
  offset.writeBigUInt64BE(BigInt(at));
  const decipher = createDecipheriv("aes-256-gcm", derivedKey(bodyKey, nonce), nonce.subarray(12));
  decipher.setAAD(Buffer.concat([bytes.subarray(488, 504), offset, bytes.subarray(at + 4, at + 24), chain]));
  decipher.setAuthTag(written.subarray(-16));
  return Buffer.concat([decipher.update(written.subarray(24, -16)), decipher.final()]);
}

function changesOf(body: Buffer): Change[] {
  const changes: Change[] = [];
  let at = 4;
  for (let count = body.readUInt32BE(0); count > 0; count--) {
    const nameAt = at + 7;
    const payloadAt = nameAt + body.readUInt16BE(at + 1);
    const end = payloadAt + body.readUInt32BE(at + 3);
    const payload = body[at] === 1 ? body.subarray(payloadAt, end) : undefined;
    changes.push([body.toString("utf8", nameAt, payloadAt), payload]);
    at = end;
  }
  if (at !== body.length) throw new Error("a body of another length");
  return changes;
}

function derive(secret: Buffer, salt: Buffer, label: string, size: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, label, size));
}
