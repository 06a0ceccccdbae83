/*
 * The age file format v1 (https://c2sp.org/age), written from its specification and on node:crypto, for
 * X25519 and scrypt: a stranger's look at the key file. ChaCha20-Poly1305 is another's, as Bun's node:crypto
 * has none.
 */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  scryptSync,
} from "node:crypto";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";

type Stanza = { readonly args: readonly string[]; readonly body: Buffer };

const PRIVATE_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b656e032100", "hex");
const CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const NO_NONCE = Buffer.alloc(12);

/** The payload of an armored file; `secret` is an identity (`AGE-SECRET-KEY-1...`) or a passphrase. */
export function ageDecrypt(armored: Uint8Array, secret: string): string {
  const file = unarmored(armored);
  const macAt = file.indexOf("\n--- ") + 1;
  const lines = file.subarray(0, macAt).toString("latin1").trimEnd().split("\n");
  if (lines.shift() !== "age-encryption.org/v1") throw new Error("not age v1");
  const bodyAt = file.indexOf("\n", macAt) + 1;
  const fileKey = stanzasOf(lines)
    .map((stanza) => unwrap(stanza, secret))
    .find((key) => key !== undefined);
  if (fileKey === undefined) throw new Error("no stanza opens");
  const mac = headerMac(fileKey, file.subarray(0, macAt + 3));
  if (file.subarray(macAt + 4, bodyAt - 1).toString("latin1") !== mac)
    throw new Error("the header's MAC is wrong");
  return payloadOf(file.subarray(bodyAt), fileKey).toString("utf8");
}

/** An armored file for X25519 recipients (`age1...`). */
export function ageEncrypt(text: string, recipients: readonly string[]): Buffer {
  const fileKey = randomBytes(16);
  const stanzas = recipients.map((recipient) => wrap(fileKey, bech32(recipient)));
  const header = Buffer.from(`age-encryption.org/v1\n${stanzas.join("")}---`, "latin1");
  const nonce = randomBytes(16);
  const key = derive(fileKey, nonce, "payload");
  const chunk = chacha(key, Buffer.from([...new Array<number>(11).fill(0), 1]), Buffer.from(text));
  const file = Buffer.concat([header, Buffer.from(` ${headerMac(fileKey, header)}\n`), nonce, chunk]);
  const lines = file.toString("base64").match(/.{1,64}/g) ?? [];
  return Buffer.from(
    ["-----BEGIN AGE ENCRYPTED FILE-----", ...lines, "-----END AGE ENCRYPTED FILE-----", ""].join("\n"),
  );
}

/** A new identity and its recipient. */
export function ageKeyPair(): { identity: string; recipient: string } {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  const raw = (key: typeof privateKey, type: "pkcs8" | "spki") =>
    (type === "pkcs8" ? key.export({ format: "der", type }) : key.export({ format: "der", type })).subarray(
      -32,
    );
  return {
    identity: toBech32("age-secret-key-", raw(privateKey, "pkcs8")).toUpperCase(),
    recipient: toBech32("age", raw(publicKey, "spki")),
  };
}

function unarmored(armored: Uint8Array): Buffer {
  const lines = Buffer.from(armored).toString("latin1").trim().split("\n");
  if (lines.shift() !== "-----BEGIN AGE ENCRYPTED FILE-----") throw new Error("not armored");
  if (lines.pop() !== "-----END AGE ENCRYPTED FILE-----") throw new Error("the armor does not end");
  return Buffer.from(lines.join(""), "base64");
}

function stanzasOf(lines: readonly string[]): Stanza[] {
  const stanzas: { args: string[]; body: Buffer }[] = [];
  for (const line of lines) {
    if (line.startsWith("-> ")) stanzas.push({ args: line.slice(3).split(" "), body: Buffer.alloc(0) });
    const last = stanzas.at(-1);
    if (last !== undefined && !line.startsWith("-> "))
      last.body = Buffer.concat([last.body, Buffer.from(line, "base64")]);
  }
  return stanzas;
}

function unwrap({ args: [type, argument = "", work], body }: Stanza, secret: string): Buffer | undefined {
  try {
    if (type === "scrypt") {
      const salt = Buffer.concat([
        Buffer.from("age-encryption.org/v1/scrypt"),
        Buffer.from(argument, "base64"),
      ]);
      const N = 2 ** Number(work);
      return unchacha(scryptSync(secret, salt, 32, { N, r: 8, p: 1, maxmem: 256 * N * 8 }), NO_NONCE, body);
    }
    if (type !== "X25519") return undefined;
    const privateKey = privateKeyOf(bech32(secret.toLowerCase()));
    const share = Buffer.from(argument, "base64");
    const own = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
    return unchacha(
      wrapKey(diffieHellman({ privateKey, publicKey: publicKeyOf(share) }), share, own),
      NO_NONCE,
      body,
    );
  } catch {
    return undefined;
  }
}

function wrap(fileKey: Buffer, recipient: Buffer): string {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  const share = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const key = wrapKey(diffieHellman({ privateKey, publicKey: publicKeyOf(recipient) }), share, recipient);
  return `-> X25519 ${unpadded(share)}\n${unpadded(chacha(key, NO_NONCE, fileKey))}\n`;
}

function wrapKey(secret: Buffer, share: Buffer, recipient: Buffer): Buffer {
  return derive(secret, Buffer.concat([share, recipient]), "age-encryption.org/v1/X25519");
}

function payloadOf(body: Buffer, fileKey: Buffer): Buffer {
  const key = derive(fileKey, body.subarray(0, 16), "payload");
  if (body.length - 16 > 65536 + 16) throw new Error("more than one chunk");
  return unchacha(key, Buffer.from([...new Array<number>(11).fill(0), 1]), body.subarray(16));
}

function headerMac(fileKey: Buffer, header: Buffer): string {
  return unpadded(
    createHmac("sha256", derive(fileKey, Buffer.alloc(0), "header"))
      .update(header)
      .digest(),
  );
}

function derive(secret: Buffer, salt: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, 32));
}

function chacha(key: Buffer, nonce: Buffer, plain: Buffer): Buffer {
  return Buffer.from(chacha20poly1305(key, nonce).encrypt(plain));
}

function unchacha(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer {
  return Buffer.from(chacha20poly1305(key, nonce).decrypt(sealed));
}

function privateKeyOf(raw: Buffer): ReturnType<typeof createPrivateKey> {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, raw]), format: "der", type: "pkcs8" });
}

function publicKeyOf(raw: Buffer): ReturnType<typeof createPublicKey> {
  return createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, raw]), format: "der", type: "spki" });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

/** The 32 bytes of a Bech32 text; its checksum is not checked. */
function bech32(text: string): Buffer {
  const data = [...text.slice(text.lastIndexOf("1") + 1, -6)].map((letter) => CHARSET.indexOf(letter));
  const bits = data.map((value) => value.toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function toBech32(prefix: string, bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const data = (bits.match(/[01]{1,5}/g) ?? []).map((group) => Number.parseInt(group.padEnd(5, "0"), 2));
  const letters = [...prefix].map((letter) => letter.charCodeAt(0));
  const expanded = [...letters.map((code) => code >> 5), 0, ...letters.map((code) => code & 31)];
  const sum = polymod([...expanded, ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  const checksum = [25, 20, 15, 10, 5, 0].map((shift) => (sum >> shift) & 31);
  return `${prefix}1${[...data, ...checksum].map((value) => CHARSET[value]).join("")}`;
}

function polymod(values: readonly number[]): number {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let sum = 1;
  for (const value of values) {
    const top = sum >> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [i, term] of generator.entries()) if (((top >> i) & 1) === 1) sum ^= term;
  }
  return sum;
}
