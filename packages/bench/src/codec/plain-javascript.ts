// The best plain JavaScript we know how to write: tables, 32-bit loads and stores with a DataView, and no
// allocation but the result. Only for comparison: it refuses what the codec refuses, without saying where.

const DIGITS = new Uint32Array(512);
const FILLERS = new Uint32Array(2600);
const FOUR_DIGITS = new Uint16Array(256);
let state = 0x9e3779b9;

for (let byte = 0; byte < 256; byte++) {
  const digits = byte.toString(3).padStart(6, "0");
  DIGITS[2 * byte] = little(digits.slice(0, 4));
  DIGITS[2 * byte + 1] = little(`${digits.slice(4)}  `);
}
for (let i = 0; i < 2600; i++) {
  const number = Math.floor(i / 26);
  FILLERS[i] = little(`${String(number).padStart(2, "0")}${String.fromCharCode(97 + (i % 26))} `);
}
for (let i = 0; i < 256; i++) {
  FOUR_DIGITS[i] = 9 * (27 * (i & 3) + 9 * ((i >> 2) & 3) + 3 * ((i >> 4) & 3) + (i >> 6));
}

function little(four: string): number {
  return Buffer.from(four, "latin1").readUInt32LE(0);
}

/** Encodes like the codec. */
export function plainEncode(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(11 * bytes.length);
  const view = new DataView(text.buffer);
  let draw = state;
  for (let i = 0, at = 0; i < bytes.length; i++, at += 11) {
    const entry = 2 * (bytes[i] ?? 0);
    draw ^= draw << 13;
    draw ^= draw >>> 17;
    draw ^= draw << 5;
    const filler = Math.floor((draw >>> 0) * (2600 / 2 ** 32));
    view.setUint32(at, DIGITS[entry] ?? 0, true);
    view.setUint32(at + 4, DIGITS[entry + 1] ?? 0, true);
    view.setUint32(at + 7, FILLERS[filler] ?? 0, true);
  }
  state = draw;
  return text.subarray(0, -1);
}

/** Decodes canonical text like the codec. */
export function plainDecode(text: Uint8Array): Uint8Array {
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
  const bytes = new Uint8Array((text.length + 1) / 11);
  for (let i = 0, at = 0; i < bytes.length; i++, at += 11) {
    const four = view.getUint32(at, true);
    const two = view.getUint16(at + 4, true);
    const letter = text[at + 9] ?? 0;
    const faulty =
      (four & 0xfcfcfcfc) ^ 0x30303030 || // each of these is 0 if the text is legal
      four & (four >>> 1) & 0x01010101 ||
      (two & 0xfcfc) ^ 0x3030 ||
      two & (two >>> 1) & 0x0101 ||
      (text[at + 6] ?? 0) ^ 32 ||
      (text[at + 10] ?? 32) ^ 32;
    const high = FOUR_DIGITS[Math.imul(four & 0x03030303, 0x01041040) >>> 24] ?? 0;
    const value = high + 3 * (two & 3) + ((two >>> 8) & 3);
    const filler = isDigit(text[at + 7]) && isDigit(text[at + 8]) && letter >= 97 && letter <= 122;
    if (faulty !== 0 || value > 255 || !filler) throw new Error("This is not canonical text.");
    bytes[i] = value;
  }
  return bytes;
}

function isDigit(byte = 0): boolean {
  return byte >= 48 && byte <= 57;
}
