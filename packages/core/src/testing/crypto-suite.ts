import { shake128 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Crypto } from "../crypto/crypto.ts";
import { Xaes } from "../crypto/xaes.ts";
import { assert, assertBytes, assertEqual } from "./assertions.ts";
import type { RegisterTest } from "./file-system-suite.ts";

/** The published vectors of XAES-256-GCM, as in `vectors/xaes-256-gcm/vectors.json`. */
export type XaesVectors = {
  readonly vectors: readonly {
    readonly key: string;
    readonly nonce_ascii: string;
    readonly plaintext_ascii: string;
    readonly aad_ascii: string;
    readonly ciphertext: string;
  }[];
  readonly accumulated: { readonly iterations_10000: string; readonly iterations_1000000: string };
};

/** Wycheproof's vectors for AES-GCM, as in `vectors/wycheproof/aes_gcm_test.json`. */
export type WycheproofVectors = {
  readonly testGroups: readonly {
    readonly ivSize: number;
    readonly keySize: number;
    readonly tagSize: number;
    readonly tests: readonly WycheproofCase[];
  }[];
};

type WycheproofCase = {
  readonly tcId: number;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
  readonly result: string;
};

/** The vectors that the suite checks; passed as data, so that it reads no file. */
export type CryptoVectors = { readonly xaes: XaesVectors; readonly wycheproof: WycheproofVectors };

type Check = (crypto: Crypto, vectors: CryptoVectors) => void | Promise<void>;

const NOTHING = new Uint8Array(0);
/** scrypt of "baba" with the salt "NaCl", N = 1024, r = 8, p = 1, by Python's hashlib (OpenSSL). */
const SCRYPT_BABA_NACL_1024_8_1 = "ccde8b2c87142ad31f7c8ef48b030dc01da484ff4542acdb22ee948205680233";

/**
 * Registers a test for each obligation of the `Crypto` port; every adapter must pass all of them.
 *
 * @param test registers one test with the runner
 * @param create returns the adapter
 * @example
 * ```ts
 * import { nobleCrypto } from "@baba/core/crypto";
 * import { cryptoSuite } from "@baba/core/testing";
 *
 * const tests: (() => Promise<void>)[] = [];
 * const none = { vectors: [], accumulated: { iterations_10000: "", iterations_1000000: "" } };
 * cryptoSuite((_name, work) => tests.push(work), () => nobleCrypto, { xaes: none, wycheproof: { testGroups: [] } });
 * console.log(tests.length); // 14
 * ```
 */
export function cryptoSuite(test: RegisterTest, create: () => Crypto, vectors: CryptoVectors): void {
  for (const [name, check] of CHECKS) test(`Crypto ${name}`, async () => check(create(), vectors));
}

const CHECKS: readonly (readonly [string, Check])[] = [
  ["seal() and open() agree with every applicable vector of Wycheproof", wycheproof],
  ["seal() and open() take empty plaintext, empty aad, and views into larger buffers", emptyAndViews],
  [
    "open() gives undefined for every flipped bit, every truncation and another aad, nonce or key",
    refusesForgeries,
  ],
  ["seal() and open() keep and change none of their arguments", keepsArguments],
  ["gives results of their own: a later call changes none", ownResults],
  ["refuses keys, nonces and blocks of another length with a RangeError that quotes nothing", refusesLengths],
  ["encryptBlock() agrees with FIPS 197, appendix C.3", fips197],
  ["XAES-256-GCM agrees with its published vectors", xaesVectors],
  [
    "XAES-256-GCM agrees with its accumulated vector of 10,000 messages",
    (crypto, { xaes }) => {
      assertEqual(accumulatedXaes(crypto, 10_000), xaes.accumulated.iterations_10000, "the accumulated hash");
    },
  ],
  ["hkdf() agrees with RFC 5869, appendix A", rfc5869],
  ["hkdf() takes empty secrets, salts and infos, and long secrets", hkdfEdges],
  ["scrypt() agrees with OpenSSL at N = 1024, r = 8, p = 1", scryptVector],
  ["random() gives new bytes of any length", randomness],
  ["equal() compares content and length", equality],
];

function wycheproof(crypto: Crypto, { wycheproof: { testGroups } }: CryptoVectors): void {
  const groups = testGroups.filter(
    ({ ivSize, keySize, tagSize }) => ivSize === 96 && keySize === 256 && tagSize === 128,
  );
  const cases = groups.flatMap(({ tests }) => tests);
  assert(cases.length >= 66, `expected the 66 applicable vectors, found ${cases.length}`);
  for (const one of cases) wycheproofCase(crypto, one);
}

function wycheproofCase(crypto: Crypto, one: WycheproofCase): void {
  const [key, nonce, aad, plaintext] = [one.key, one.iv, one.aad, one.msg].map(hexToBytes);
  if (key === undefined || nonce === undefined || aad === undefined || plaintext === undefined) return;
  const sealed = hexToBytes(one.ct + one.tag);
  const what = `Wycheproof ${one.tcId}`;
  const opened = crypto.open(key, nonce, aad, sealed);
  if (one.result === "invalid") {
    assert(opened === undefined, `${what}: a forgery was opened`);
    return;
  }
  assertBytes(opened, plaintext, `${what}, opened`);
  assertBytes(crypto.seal(key, nonce, aad, plaintext), sealed, `${what}, sealed`);
}

function emptyAndViews(crypto: Crypto): void {
  const [key, nonce] = [crypto.random(32), crypto.random(12)];
  const tagAlone = crypto.seal(key, nonce, NOTHING, NOTHING);
  assertEqual(tagAlone.length, 16, "the length of an empty message");
  assertBytes(crypto.open(key, nonce, NOTHING, tagAlone), NOTHING, "an empty message");
  const large = crypto.random(300);
  const [aad, plaintext] = [large.subarray(7, 50), large.subarray(51, 293)];
  const sealed = crypto.seal(key, nonce, aad, plaintext);
  assertBytes(sealed, crypto.seal(key, nonce, aad.slice(), plaintext.slice()), "views and copies");
  const padded = new Uint8Array(sealed.length + 9);
  padded.set(sealed, 5);
  assertBytes(
    crypto.open(key, nonce, aad, padded.subarray(5, 5 + sealed.length)),
    plaintext,
    "a view, opened",
  );
}

function refusesForgeries(crypto: Crypto): void {
  const [key, nonce, aad] = [crypto.random(32), crypto.random(12), crypto.random(20)];
  const sealed = crypto.seal(key, nonce, aad, crypto.random(33));
  for (let length = 0; length < sealed.length; length++) {
    assert(
      crypto.open(key, nonce, aad, sealed.subarray(0, length)) === undefined,
      `opened when cut to ${length} bytes`,
    );
  }
  for (const forged of flips(sealed))
    assert(crypto.open(key, nonce, aad, forged) === undefined, "opened with a flipped bit");
  for (const other of flips(aad))
    assert(crypto.open(key, nonce, other, sealed) === undefined, "opened with another aad");
  for (const other of flips(nonce))
    assert(crypto.open(key, other, aad, sealed) === undefined, "opened with another nonce");
  for (const other of flips(key))
    assert(crypto.open(other, nonce, aad, sealed) === undefined, "opened with another key");
  assert(crypto.open(key, nonce, aad, sealed) !== undefined, "what was not forged must open");
}

function keepsArguments(crypto: Crypto): void {
  const inputs = [crypto.random(32), crypto.random(12), crypto.random(9), crypto.random(40)] as const;
  const copies = inputs.map((bytes) => bytes.slice());
  const sealed = crypto.seal(...inputs);
  const sealedCopy = sealed.slice();
  const opened = crypto.open(inputs[0], inputs[1], inputs[2], sealed);
  opened?.fill(0);
  crypto.encryptBlock(inputs[0], sealed.subarray(0, 16)).fill(0);
  for (const [i, bytes] of inputs.entries()) assertBytes(bytes, copies[i] ?? NOTHING, `argument ${i}`);
  assertBytes(sealed, sealedCopy, "the sealed bytes");
  inputs[3].fill(0);
  assertBytes(sealed, sealedCopy, "the result, after the argument was overwritten");
}

/** Each function's result stays as it is when the function is called again. */
function ownResults(crypto: Crypto): void {
  const [key, nonce, text] = [crypto.random(32), crypto.random(12), crypto.random(16)];
  const sealed = crypto.seal(key, nonce, NOTHING, text);
  const other = crypto.seal(key, nonce, NOTHING, key);
  const calls: Record<string, (again: boolean) => Uint8Array | undefined> = {
    seal: (again) => crypto.seal(key, nonce, NOTHING, again ? key : text),
    open: (again) => crypto.open(key, nonce, NOTHING, again ? other : sealed),
    encryptBlock: (again) => crypto.encryptBlock(key, again ? key.subarray(0, 16) : text),
    hkdf: (again) => crypto.hkdf(again ? key : text, nonce, NOTHING, 16),
    random: () => crypto.random(16),
  };
  for (const [name, call] of Object.entries(calls)) {
    const result = call(false);
    const copy = result?.slice() ?? NOTHING;
    call(true);
    assertBytes(result, copy, `what ${name}() gave, after another call`);
  }
}

function refusesLengths(crypto: Crypto): void {
  const [key, nonce] = [crypto.random(32), crypto.random(12)];
  for (const size of [0, 16, 24, 31, 33]) {
    const bad = new Uint8Array(size).fill(0xab);
    mustBeRangeError(() => crypto.seal(bad, nonce, NOTHING, NOTHING));
    mustBeRangeError(() => crypto.open(bad, nonce, NOTHING, new Uint8Array(16)));
    mustBeRangeError(() => crypto.encryptBlock(bad, new Uint8Array(16)));
    if (size !== 16) mustBeRangeError(() => crypto.encryptBlock(key, bad));
    mustBeRangeError(() => crypto.seal(key, bad, NOTHING, NOTHING));
    mustBeRangeError(() => crypto.open(key, bad, NOTHING, new Uint8Array(16)));
  }
}

function mustBeRangeError(work: () => unknown): void {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  assert(thrown instanceof RangeError, "expected a RangeError");
  assert(!/abab|171/.test(thrown.message), "the error quotes what it was given");
}

function fips197(crypto: Crypto): void {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const block = hexToBytes("00112233445566778899aabbccddeeff");
  assertBytes(crypto.encryptBlock(key, block), hexToBytes("8ea2b7ca516745bfeafc49904b496089"), "the block");
}

function xaesVectors(crypto: Crypto, { xaes: { vectors } }: CryptoVectors): void {
  assert(vectors.length >= 2, "expected the two published vectors");
  for (const one of vectors) {
    const xaes = new Xaes(crypto, hexToBytes(one.key));
    const [nonce, aad, plaintext] = [
      utf8ToBytes(one.nonce_ascii),
      utf8ToBytes(one.aad_ascii),
      utf8ToBytes(one.plaintext_ascii),
    ];
    assertBytes(xaes.seal(nonce, aad, plaintext), hexToBytes(one.ciphertext), "the ciphertext");
    assertBytes(xaes.open(nonce, aad, hexToBytes(one.ciphertext)), plaintext, "the plaintext");
  }
}

/**
 * The specification's accumulated test: messages from one SHAKE-128 stream, their ciphertexts absorbed by
 * another. Returns the hash for that many messages, in hexadecimal; each message is also opened again.
 *
 * @example
 * ```ts
 * import * as functions from "node:crypto";
 * import { nativeCrypto } from "@baba/core/crypto";
 * import { accumulatedXaes } from "@baba/core/testing";
 * const hash = accumulatedXaes(nativeCrypto(functions), 10_000);
 * console.log(hash); // e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939
 * ```
 */
export function accumulatedXaes(crypto: Crypto, messages: number): string {
  const stream = shake128.create({});
  const sink = shake128.create({ dkLen: 32 });
  for (let i = 0; i < messages; i++) {
    const [key, nonce] = [stream.xof(32), stream.xof(24)];
    const plaintext = stream.xof(stream.xof(1)[0] ?? 0);
    const aad = stream.xof(stream.xof(1)[0] ?? 0);
    const xaes = new Xaes(crypto, key);
    const sealed = xaes.seal(nonce, aad, plaintext);
    assertBytes(xaes.open(nonce, aad, sealed), plaintext, `message ${i}`);
    sink.update(sealed);
  }
  return bytesToHex(sink.digest());
}

/** RFC 5869, test cases 1 to 3: secret, salt, info, output. */
const RFC_5869 = [
  [
    "0b".repeat(22),
    "000102030405060708090a0b0c",
    "f0f1f2f3f4f5f6f7f8f9",
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  ],
  [
    bytesToHex(Uint8Array.from({ length: 80 }, (_, i) => i)),
    bytesToHex(Uint8Array.from({ length: 80 }, (_, i) => 0x60 + i)),
    bytesToHex(Uint8Array.from({ length: 80 }, (_, i) => 0xb0 + i)),
    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  ],
  [
    "0b".repeat(22),
    "",
    "",
    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  ],
] as const;

function rfc5869(crypto: Crypto): void {
  for (const [secret, salt, info, output] of RFC_5869) {
    const expected = hexToBytes(output);
    assertBytes(
      crypto.hkdf(hexToBytes(secret), hexToBytes(salt), hexToBytes(info), expected.length),
      expected,
      "the output",
    );
  }
}

function hkdfEdges(crypto: Crypto): void {
  // HMAC pads its key with zeros, so an empty salt equals one of 32 zeros.
  const zeros = new Uint8Array(32);
  assertBytes(
    crypto.hkdf(NOTHING, NOTHING, NOTHING, 16),
    crypto.hkdf(NOTHING, zeros, NOTHING, 16),
    "an empty secret",
  );
  const long = new Uint8Array(1_000_000).fill(7);
  const output = crypto.hkdf(long, zeros, NOTHING, 16);
  long[999_999] = 8;
  assert(
    !crypto.equal(output, crypto.hkdf(long, zeros, NOTHING, 16)),
    "the last byte of a long secret must count",
  );
}

async function scryptVector(crypto: Crypto): Promise<void> {
  const derived = await crypto.scrypt(utf8ToBytes("baba"), utf8ToBytes("NaCl"), 10);
  assertBytes(derived, hexToBytes(SCRYPT_BABA_NACL_1024_8_1), "the derived key");
}

function randomness(crypto: Crypto): void {
  for (const length of [0, 1, 12, 65_536, 200_000])
    assertEqual(crypto.random(length).length, length, "the length");
  const drawn = new Set(Array.from({ length: 1000 }, () => bytesToHex(crypto.random(16))));
  assertEqual(drawn.size, 1000, "distinct values among 1,000 of 16 bytes");
  const long = crypto.random(200_000);
  // Adapters may have to draw 65,536 bytes at a time.
  const ends = [65_536, 131_072, 196_608].map((end) => bytesToHex(long.subarray(end - 1000, end)));
  assertEqual(new Set([...ends, bytesToHex(new Uint8Array(1000))]).size, 4, "distinct parts of a long draw");
  assert(
    long.slice(-1000).some((byte) => byte !== 0),
    "the end of a long draw must be random too",
  );
}

function equality(crypto: Crypto): void {
  const bytes = crypto.random(16);
  assert(crypto.equal(bytes, bytes.slice()), "the same bytes must be equal");
  assert(crypto.equal(NOTHING, new Uint8Array(0)), "nothing must equal nothing");
  for (const other of flips(bytes)) assert(!crypto.equal(bytes, other), "a flipped bit must show");
  assert(!crypto.equal(bytes, bytes.subarray(0, 15)), "a shorter one must not be equal");
}

/** The bytes with each bit flipped in turn. */
function* flips(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}
