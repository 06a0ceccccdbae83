export { xxh64 } from "./checksum.ts";
export { decode, encode, encodedSize } from "./codec.ts";
