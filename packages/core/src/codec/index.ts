export { xxh64 } from "./checksum.ts";
export { decode, decodedSize, decodeInto, encode, encodedSize, encodeInto } from "./codec.ts";
export { TextRoom } from "./text-room.ts";
