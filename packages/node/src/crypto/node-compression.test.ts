import { type Compression, webCompression } from "@baba/core/crypto";
import { expect, test } from "vitest";
import { nodeCompression } from "./node-compression.ts";

const ADAPTERS: readonly (readonly [string, Compression])[] = [
  ["nodeCompression", nodeCompression],
  ["webCompression", webCompression],
];

for (const [name, adapter] of ADAPTERS) {
  for (const [other, reader] of ADAPTERS) {
    test(`${other}.inflate() gives back what ${name}.deflate() took`, async () => {
      for (const size of [0, 1, 4096, 16_384, 16_385, 300_000]) {
        const bytes = Uint8Array.from({ length: size }, (_, i) => (i * i) % 251);
        const inflated = await reader.inflate(await adapter.deflate(bytes), size + 1);
        expect(inflated && Buffer.compare(inflated, bytes), `${size} bytes`).toBe(0);
      }
    });
  }

  test(`${name}.inflate() gives undefined for what becomes larger than the limit, or is not deflated`, async () => {
    const bomb = await adapter.deflate(new Uint8Array(20_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await adapter.inflate(bomb, 19_999_999)).toBeUndefined();
    expect((await adapter.inflate(bomb, 20_000_000))?.length).toBe(20_000_000);
    expect(await adapter.inflate(bomb.subarray(0, bomb.length - 3), 20_000_000)).toBeUndefined();
    expect(await adapter.inflate(new Uint8Array([0xff, 0xff, 0xff]), 100)).toBeUndefined();
    expect(await adapter.inflate(new Uint8Array(0), 100)).toBeUndefined();
  });
}
