import { compressionSuite } from "@baba/core/testing";
import { denoCompression } from "./deno-compression.ts";

compressionSuite((name, work) => Deno.test(`denoCompression: ${name}`, work), denoCompression);
