import { decode, decodeInto, encode, encodedSize, encodeInto } from "@baba/core";
import { bareKernel, memoryCopy, type Work } from "./kernels.ts";
import { plainDecode, plainEncode } from "./plain-javascript.ts";

/** A contestant, and its work in each direction for bytes of one size. */
export type Contestant = { readonly name: string; readonly encode: Work; readonly decode: Work };

/** The row that all others are compared with. */
export const LIMIT = "memory.copy of the text";
/** The row without the cost of moving bytes into and out of linear memory. */
export const BARE = "WASM, in linear memory";
/** The row for callers who provide a buffer for the result. */
export const GLUE = "WASM, glue included: encodeInto, decodeInto";
/** The row for large commits: texts stay in linear memory, from which files are written. */
const ROOM = "WASM, glue without a copy of the text: TextRoom";
/** The row of the Python original, measured in a separate process. */
export const PYTHON = "Python original's algorithm";

type Room = { encode(bytes: Uint8Array, at: number): Uint8Array };
type Rooms = { readonly TextRoom: new (size: number) => Room };
type Reference = {
  referenceEncode(bytes: Uint8Array): Uint8Array;
  referenceDecode(text: Uint8Array): Uint8Array;
};

// Modules of @baba/core that its index does not export, but that are built for this.
const core = import.meta.resolve("@baba/core");
const { TextRoom }: Rooms = await import(new URL("./codec/text-room.js", core).href);
const { referenceEncode, referenceDecode }: Reference = await import(
  new URL("./codec/reference.js", core).href
);

/** The contestants for these bytes, after checking that the round trip works. */
export function contestants(bytes: Uint8Array): Contestant[] {
  const text = encode(bytes);
  for (const back of [decode(text), plainDecode(plainEncode(bytes)), referenceDecode(text)]) {
    if (Buffer.compare(back, bytes) !== 0)
      throw new Error("A contestant does not give back what it was given.");
  }
  const [copy, into] = [memoryCopy(bytes.length), intoBuffers(bytes, text)];
  return [
    { name: LIMIT, encode: copy, decode: copy },
    { name: BARE, ...bareKernel(bytes) },
    { name: GLUE, ...into },
    { name: ROOM, encode: throughRoom(bytes), decode: into.decode },
    {
      name: "WASM, glue and new result: encode, decode",
      encode: () => encode(bytes),
      decode: () => decode(text),
    },
    { name: "best plain JavaScript", encode: () => plainEncode(bytes), decode: () => plainDecode(text) },
    { name: "reference", encode: () => referenceEncode(bytes), decode: () => referenceDecode(text) },
    buffers(bytes, "hex"),
    buffers(bytes, "base64"),
  ];
}

function throughRoom(bytes: Uint8Array): Work {
  const room = new TextRoom(encodedSize(bytes.length));
  if (Buffer.compare(decode(room.encode(bytes, 0)), bytes) !== 0)
    throw new Error("The room's text does not give back what it is of.");
  return () => room.encode(bytes, 0);
}

function intoBuffers(bytes: Uint8Array, text: Uint8Array): { encode: Work; decode: Work } {
  const targets = { text: new Uint8Array(text.length), bytes: new Uint8Array(bytes.length) };
  return { encode: () => encodeInto(bytes, targets.text), decode: () => decodeInto(text, targets.bytes) };
}

function buffers(bytes: Uint8Array, encoding: "hex" | "base64"): Contestant {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString(encoding);
  return {
    name: `native ${encoding}`,
    encode: () => buffer.toString(encoding),
    decode: () => Buffer.from(text, encoding),
  };
}
