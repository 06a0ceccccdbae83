import assert from "node:assert/strict";
import { type Compression, webCompression } from "@baba/core/crypto";
import { denoCompression } from "./deno-compression.ts";

const ADAPTERS: readonly (readonly [string, Compression])[] = [
  ["denoCompression", denoCompression],
  ["webCompression", webCompression],
];

for (const [name, adapter] of ADAPTERS) {
  for (const [other, reader] of ADAPTERS) {
    Deno.test(`${other}.inflate() gives back what ${name}.deflate() took`, async () => {
      for (const size of [0, 1, 4096, 16_384, 16_385, 300_000]) {
        const bytes = Uint8Array.from({ length: size }, (_, i) => (i * i) % 251);
        const inflated = await reader.inflate(await adapter.deflate(bytes), size + 1);
        assert.deepEqual(new Uint8Array(inflated ?? []), bytes, `${size} bytes`);
      }
    });
  }
}

// Not tested for webCompression: Deno's DecompressionStream accepts truncated data as complete.
Deno.test("denoCompression.inflate() gives undefined for what becomes larger than the limit, or is not deflated", async () => {
  const bomb = await denoCompression.deflate(new Uint8Array(20_000_000));
  assert.ok(bomb.length < 100_000);
  assert.ok((await denoCompression.inflate(bomb, 19_999_999)) === undefined);
  assert.ok((await denoCompression.inflate(bomb, 20_000_000))?.length === 20_000_000);
  assert.ok((await denoCompression.inflate(bomb.subarray(0, bomb.length - 3), 20_000_000)) === undefined);
  assert.ok((await denoCompression.inflate(new Uint8Array([0xff, 0xff, 0xff]), 100)) === undefined);
  assert.ok((await denoCompression.inflate(new Uint8Array(0), 100)) === undefined);
});
