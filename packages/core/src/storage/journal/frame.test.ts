import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { referenceChanges } from "./changes.fixture.ts";
import { decodeChanges, encodeChanges } from "./changes.ts";
import { attestsSync, encodeFrame, type Frame, frameSize, parseFrame } from "./frame.ts";
import { decodeSegmentHeader, encodeSegmentHeader, SEGMENT_HEADER, type SegmentHeader } from "./segment.ts";

const SEED = 0x1234567890abcdefn;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const commit = (sequence: number, body: Uint8Array): Frame => ({ kind: "commit", sequence, synced: 0, body });

/** A segment's bytes with these frames right after the header, followed by zeros. */
function segmentOf(
  frames: readonly Frame[],
  spare = 600,
): { segment: Uint8Array; offsets: number[]; chains: bigint[] } {
  const offsets = [SEGMENT_HEADER];
  const chains = [SEED];
  const parts = frames.map((frame, i) => {
    const encoded = encodeFrame(frame, chains[i] ?? 0n, SEED);
    offsets.push((offsets[i] ?? 0) + encoded.bytes.length);
    chains.push(encoded.chain);
    return encoded.bytes;
  });
  const segment = new Uint8Array((offsets.at(-1) ?? 0) + spare);
  for (const [i, part] of parts.entries()) segment.set(part, offsets[i]);
  return { segment, offsets, chains };
}

describe("parseFrame()", () => {
  test("gives back the frames in their chain, and then the end", () => {
    const frames = [
      commit(1, bytes("one")),
      { ...commit(2, new Uint8Array(1000).fill(7)), synced: 1 },
      { kind: "mark" as const, sequence: 2, synced: 2, body: new Uint8Array() },
    ];
    const { segment, offsets, chains } = segmentOf(frames);
    for (const [i, frame] of frames.entries()) {
      const parsed = parseFrame(segment, offsets[i] ?? 0, chains[i] ?? 0n, SEED);
      expect(parsed).toEqual({ state: "frame", frame, end: offsets[i + 1], chain: chains[i + 1] });
      expect(frameSize(frame.body.length)).toBe((offsets[i + 1] ?? 0) - (offsets[i] ?? 0));
    }
    expect(parseFrame(segment, offsets[3] ?? 0, chains[3] ?? 0n, SEED)).toEqual({ state: "end" });
    expect(parseFrame(segment, segment.length, chains[3] ?? 0n, SEED)).toEqual({ state: "end" });
  });

  test("calls every single-bit flip of a written frame damaged, and never a frame or its end", () => {
    const { segment, offsets } = segmentOf([commit(1, bytes("a record's text, which has no zeros in it"))]);
    for (let bit = SEGMENT_HEADER * 8; bit < (offsets[1] ?? 0) * 8; bit++) {
      const flipped = segment.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(parseFrame(flipped, SEGMENT_HEADER, SEED, SEED).state, `bit ${bit}`).toBe("damaged");
    }
  });

  test("calls a frame that was written in part torn: any prefix, and any sector missing", () => {
    const { segment, offsets } = segmentOf([commit(1, new Uint8Array(3000).fill(65))]);
    const end = offsets[1] ?? 0;
    for (let cut = SEGMENT_HEADER + 1; cut < end; cut++) {
      const torn = segment.slice();
      torn.fill(0, cut, end);
      const { state } = parseFrame(torn, SEGMENT_HEADER, SEED, SEED);
      // The end mark's last byte shows that the frame was cut; cut to nothing, zeros are the end of the log.
      // log.
      expect(["torn", "end"], `cut at ${cut}`).toContain(state);
    }
    for (let sector = SEGMENT_HEADER; sector < end; sector += 512) {
      const torn = segment.slice();
      torn.fill(0, sector, Math.min(end, sector + 512));
      expect(["torn", "end"], `sector at ${sector}`).toContain(
        parseFrame(torn, SEGMENT_HEADER, SEED, SEED).state,
      );
    }
  });

  test("refuses a frame of another chain, and one that runs past the segment", () => {
    const { segment, offsets } = segmentOf([commit(1, bytes("one"))]);
    expect(parseFrame(segment, SEGMENT_HEADER, SEED + 1n, SEED).state).toBe("damaged");
    expect(parseFrame(segment, SEGMENT_HEADER, SEED, SEED + 1n).state).toBe("damaged");
    expect(parseFrame(segment.slice(0, (offsets[1] ?? 0) - 1), SEGMENT_HEADER, SEED, SEED).state).toBe(
      "damaged",
    );
    expect(parseFrame(segment.slice(0, SEGMENT_HEADER + 20), SEGMENT_HEADER, SEED, SEED).state).toBe(
      "damaged",
    );
  });
});

describe("attestsSync()", () => {
  test("finds a later frame that says the commit was synced, behind a gap", () => {
    const mark = { kind: "mark" as const, sequence: 1, synced: 1, body: new Uint8Array() };
    const { segment, offsets } = segmentOf([commit(1, bytes("one")), mark]);
    segment.fill(0, SEGMENT_HEADER, offsets[1]);
    expect(attestsSync(segment, SEGMENT_HEADER, 1, SEED)).toBe(true);
    expect(attestsSync(segment, SEGMENT_HEADER, 2, SEED)).toBe(false);
    expect(attestsSync(segment, SEGMENT_HEADER, 1, SEED + 1n)).toBe(false);
  });

  test("is not misled by frames that only say that earlier commits were synced", () => {
    const { segment, offsets } = segmentOf([commit(1, bytes("one")), commit(2, bytes("two"))]);
    segment.fill(0, SEGMENT_HEADER, offsets[1]);
    expect(attestsSync(segment, SEGMENT_HEADER, 1, SEED)).toBe(false);
  });
});

const zeros = (size: number): Uint8Array => new Uint8Array(size);
const noTurn = (): undefined => undefined;

describe("encodeChanges() and decodeChanges()", () => {
  test("work in pieces, between which others have their turn, with the same outcome", async () => {
    const texts = [undefined, bytes(""), bytes("text")];
    const changes = new Map(Array.from({ length: 2000 }, (_, i) => [`ä/${i}.baba`, texts[i % 3]]));
    let turns = 0;
    const encoded = await encodeChanges(changes, async () => void turns++, zeros);
    expect(encoded).toEqual(referenceChanges(changes));
    expect(turns).toBeGreaterThan(3);
    turns = 0;
    expect(await decodeChanges(encoded, async () => void turns++)).toEqual(changes);
    expect(turns).toBeGreaterThan(3);
  });

  const payload = fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined });
  const name = fc
    .string({ unit: "grapheme", maxLength: 20 })
    .map((text) => `a${text.replace(/[/\0]/g, "-")}.baba`);
  const changes = fc.array(fc.tuple(name, payload), { maxLength: 8 });

  test("give any changes back", async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (entries) => {
        const encoded = await encodeChanges(new Map(entries), async () => undefined, zeros);
        expect(encoded).toEqual(referenceChanges(new Map(entries)));
        expect(await decodeChanges(encoded, noTurn)).toEqual(new Map(entries));
      }),
      { numRuns: 500 },
    );
  });

  test("decodeChanges() refuses every truncation, and never throws at any bytes", async () => {
    const body = referenceChanges(
      new Map([
        ["a.baba", bytes("one")],
        ["b.baba", undefined],
      ]),
    );
    for (let length = 0; length < body.length; length++)
      expect(await decodeChanges(body.subarray(0, length), noTurn)).toBeUndefined();
    const otherKind = body.slice();
    otherKind[4] = 2;
    expect(await decodeChanges(otherKind, noTurn)).toBeUndefined();
    const invalidName = body.slice();
    invalidName[11] = 0xff;
    expect(await decodeChanges(invalidName, noTurn)).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (random) => {
        await decodeChanges(random, noTurn);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("segment headers", () => {
  const header: SegmentHeader = {
    number: 7,
    base: 41,
    checkpoint: 30,
    placed: 35,
    previousLength: 4096,
    previousChain: 99n,
    length: 16384,
    salt: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
    token: "0123456789abcdef",
    identity: '{"pid":1}',
    keyId: undefined,
  };

  test("decodeSegmentHeader() gives back what was encoded", () => {
    const encoded = encodeSegmentHeader(header);
    expect(encoded).toHaveLength(SEGMENT_HEADER);
    expect(decodeSegmentHeader(encoded)).toEqual(header);
  });

  test("decodeSegmentHeader() refuses every single-bit flip and every truncation", () => {
    const encoded = encodeSegmentHeader(header);
    for (let bit = 0; bit < SEGMENT_HEADER * 8; bit++) {
      const flipped = encoded.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeSegmentHeader(flipped), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 0; length < SEGMENT_HEADER; length += 13) {
      expect(decodeSegmentHeader(encoded.subarray(0, length))).toBeUndefined();
    }
  });

  test("encodeSegmentHeader() refuses an identity that does not fit", () => {
    expect(() => encodeSegmentHeader({ ...header, identity: "x".repeat(500) })).toThrow(RangeError);
  });
});
