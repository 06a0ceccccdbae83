import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { BabaError } from "../errors.ts";
import { encodedSize } from "./codec.ts";
import { newKernel, randomSeed } from "./kernel.ts";
import { referenceDecode } from "./reference.ts";
import { TextRoom } from "./text-room.ts";

const SIZE = 256 * 1024;

describe("TextRoom.encode()", () => {
  test("gives texts of which the reference makes the bytes again, side by side", () => {
    const room = new TextRoom(SIZE);
    const payloads = fc.array(fc.uint8Array({ maxLength: 1200 }), { maxLength: 12 });
    fc.assert(
      fc.property(payloads, (all) => {
        let end = 0;
        const texts = all.map((payload) => {
          const text = room.encode(payload, end);
          expect(text.length).toBe(encodedSize(payload.length));
          end += text.length;
          return text;
        });
        // Checked at the end: none may have been overwritten.
        expect(texts.map(referenceDecode)).toEqual(all);
      }),
    );
  });

  test("reads every byte before its text is written over it, whatever the length", () => {
    const room = new TextRoom(SIZE);
    for (const length of [0, 1, 2, 15, 16, 17, 507, 508, 509, 1023, 16_385, 23_831]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);
      expect(referenceDecode(room.encode(bytes, 0)), `${length} bytes`).toEqual(bytes);
    }
  });

  test("fills the room to its last byte, and refuses more", () => {
    const room = new TextRoom(encodedSize(100));
    const bytes = new Uint8Array(100).fill(255);
    expect(referenceDecode(room.encode(bytes, 0))).toEqual(bytes);
    expect(() => room.encode(bytes, 1)).toThrow(RangeError);
    expect(() => room.encode(new Uint8Array(101), 0)).toThrow("1099 bytes, and 1110 are needed");
  });

  test("fills memory to the end of its last page", () => {
    const { start } = newKernel(randomSeed(), 0);
    const sizes = Array.from({ length: 11 }, (_, pages) => (pages + 2) * 65_536 - start);
    // The room that a whole number of bytes fills: all memory would be the room's, and none beyond it.
    const size = sizes.find((size) => encodedSize((size + 1) / 11) === size && size % 11 === 10) ?? 0;
    const bytes = new Uint8Array((size + 1) / 11).fill(7);
    expect(bytes.length).toBeGreaterThan(1000);
    expect(referenceDecode(new TextRoom(size).encode(bytes, 0))).toEqual(bytes);
  });

  test("leaves nothing of the raw bytes in linear memory", () => {
    const secret = new TextEncoder().encode("attack at dawn, ".repeat(40));
    for (const length of [1, 8, 17, 640]) {
      const room = new TextRoom(SIZE);
      const text = room.encode(secret.subarray(0, length), 100);
      const memory = Buffer.from(text.buffer).toString("latin1");
      // The table of digits has no two adjacent letters.
      expect(memory.includes(length === 1 ? "\0a\0" : "at".slice(0, length)), `${length} bytes`).toBe(false);
    }
  });
});

test("new TextRoom() throws a BabaError if there is no such memory", () => {
  const refused = vi.spyOn(WebAssembly, "Instance").mockImplementation(function refuse() {
    throw new RangeError("WebAssembly.Instance(): Out of memory");
  });
  try {
    expect(() => new TextRoom(SIZE)).toThrow(BabaError);
  } finally {
    refused.mockRestore();
  }
});
