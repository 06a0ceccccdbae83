import { webCompression } from "@baba/core/crypto";
import { compressionSuite } from "@baba/core/testing";
import { describe, test } from "vitest";
import { nodeCompression } from "./node-compression.ts";

describe("nodeCompression", () => compressionSuite(test, nodeCompression));
// Here and not in core, as Deno's DecompressionStream takes what was cut short for complete.
describe("webCompression", () => compressionSuite(test, webCompression));
