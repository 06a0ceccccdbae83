export { nodeCompression } from "./node-compression.ts";
export { nodeCrypto } from "./node-crypto.ts";
