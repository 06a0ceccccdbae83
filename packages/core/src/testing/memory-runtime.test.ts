import { expect, test } from "vitest";
import { memoryRuntime } from "./memory-runtime.ts";

test("memoryRuntime().random() fills arrays of any length, and returns them", () => {
  for (const length of [0, 1, 65_536, 65_537, 200_000]) {
    const bytes = new Uint8Array(length);
    expect(memoryRuntime().random(bytes)).toBe(bytes);
    for (let from = 0; from + 1000 <= length; from += 1000)
      expect(
        bytes.subarray(from, from + 1000).some((byte) => byte !== 0),
        `from ${from} of ${length}`,
      ).toBe(true);
  }
});
