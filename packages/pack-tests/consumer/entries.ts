// Every entry of both packages, so that the compiler reads all their declarations.
export * as core from "@baba/core";
export * as coreAdapter from "@baba/core/adapter";
export * as coreCrypto from "@baba/core/crypto";
export * as testing from "@baba/core/testing";
export * as node from "@baba/node";
export * as nodeCrypto from "@baba/node/crypto";
