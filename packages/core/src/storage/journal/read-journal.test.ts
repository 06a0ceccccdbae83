import { beforeEach, describe, expect, test } from "vitest";
import { xxh64 } from "../../codec/index.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { withCalls } from "../../file-system/with-calls.fixture.ts";
import {
  SimulatedDisk,
  SimulatedMachine,
  type StepHook,
  simulatedFileSystem,
} from "../../testing/simulation/index.ts";
import { JOURNAL_FOLDER, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import { unprotected } from "../protection.ts";
import { referenceChanges } from "./changes.fixture.ts";
import { decodeChanges } from "./changes.ts";
import { encodeFrame, type Frame, frameSize } from "./frame.ts";
import { Journal } from "./journal.ts";
import { readJournal } from "./read-journal.ts";
import { decodeSegmentHeader, encodeSegmentHeader, type SegmentHeader, segmentStart } from "./segment.ts";

const header: SegmentHeader = {
  number: 1,
  base: 0,
  checkpoint: 0,
  placed: 0,
  previousLength: 0,
  previousChain: 0n,
  length: 4096,
  salt: new Uint8Array(16),
  token: "a".repeat(16),
  identity: "a",
  keyId: undefined,
};
/** Where the chain of a plain segment's frames begins. */
const firstChain = (head: SegmentHeader): bigint =>
  segmentStart(head, encodeSegmentHeader(head), undefined).seed;
const body = referenceChanges(new Map([["r.baba", new TextEncoder().encode("text")]]));
const SIZE = frameSize(body.length);
const commit = (sequence: number, synced: number = 0): Frame => ({ kind: "commit", sequence, synced, body });
let disk: SimulatedDisk;
let plain: FileSystem;

beforeEach(async () => {
  disk = new SimulatedDisk();
  plain = simulatedFileSystem(disk);
  for (const folder of [JOURNAL_FOLDER, TEMPORARY_FOLDER]) await plain.makeFolder(folder);
});

function journal(hook: StepHook = () => undefined): Journal {
  const files = simulatedFileSystem(disk, { process: new SimulatedMachine().start("reader"), hook });
  return new Journal(
    files,
    {
      token: "b".repeat(16),
      identity: "b",
      random: (length) => new Uint8Array(length),
      breathe: async () => {},
      isHeld: async () => true,
    },
    unprotected,
  );
}

/** A segment's bytes, and the chain after its frames. */
function segmentOf(
  head: SegmentHeader,
  frames: readonly Frame[],
): { bytes: Uint8Array; end: number; chain: bigint } {
  const bytes = new Uint8Array(head.length);
  bytes.set(encodeSegmentHeader(head));
  const seed = firstChain(head);
  let [end, chain] = [512, seed];
  for (const frame of frames) {
    const encoded = encodeFrame(frame, chain, seed);
    bytes.set(encoded.bytes, end);
    end += encoded.bytes.length;
    chain = encoded.chain;
  }
  return { bytes, end, chain };
}

const lay = (number: number, bytes: Uint8Array): Promise<void> =>
  plain.create([{ path: segmentPath(number), bytes }]);

/** A first segment of three commits, and a second one of one commit that continues after the first two. */
function chained(change: Partial<SegmentHeader> = {}): [Uint8Array, Uint8Array] {
  const first = segmentOf(header, [commit(1), commit(2), commit(3)]);
  const two = segmentOf(header, [commit(1), commit(2)]);
  const pin = { number: 2, base: 2, previousLength: two.end, previousChain: two.chain };
  return [first.bytes, segmentOf({ ...header, ...pin, ...change }, [commit(3, 2)]).bytes];
}

/** Updates the checksum of a header's bytes. */
function sealed(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer).setBigUint64(504, xxh64(bytes.subarray(0, 504), 0n));
  return bytes;
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 0x80 : byte));

describe("Journal.follow() of a journal that was not read before", () => {
  const refused = (): Promise<void> =>
    expect(journal().follow()).rejects.toMatchObject({ code: "BABA_JOURNAL" });

  test("follows the pins, and ignores what stands behind them", async () => {
    for (const [i, bytes] of chained().entries()) await lay(i + 1, bytes);
    await plain.create([{ path: `${JOURNAL_FOLDER}/notes.txt`, bytes: new Uint8Array() }]);
    const reader = journal();
    expect((await reader.follow()).commits.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  test("reads a segment of more commits than a call may have arguments, behind another one", async () => {
    const first = segmentOf(header, [commit(1)]);
    const many = Array.from({ length: 130_000 }, (_, i) => commit(i + 2, 1));
    const pin = { number: 2, base: 1, previousLength: first.end, previousChain: first.chain };
    await lay(1, first.bytes);
    await lay(2, segmentOf({ ...header, ...pin, length: 512 + SIZE * (many.length + 1) }, many).bytes);
    expect((await journal().follow()).commits).toHaveLength(1 + many.length);
  });

  const { bytes: sound, end } = segmentOf(header, [commit(1), commit(2)]);
  const malformed = segmentOf(header, [{ ...commit(1), body: new Uint8Array(9) }]).bytes;
  const cases: [string, Uint8Array][] = [
    ["a header of which a bit flipped", flipped(sound, 20)],
    ["a header of another number", segmentOf({ ...header, number: 7 }, []).bytes],
    ["a header of another magic", sealed(flipped(sound, 0))],
    ["a header of version 0", sealed(sound.map((byte, i) => (i === 11 ? 0 : byte)))],
    ["a header whose token is none", sealed(flipped(sound, 80))],
    ["a header whose identity is no text", sealed(sound.map((byte, i) => (i === 106 ? 0xff : byte)))],
    ["a header whose identity is too long", sealed(flipped(sound, 104))],
    ["a file that is cut off", sound.subarray(0, 4088)],
    ["a frame of which a bit flipped", flipped(sound, end - SIZE + 41)],
    ["a frame whose body is no changes", malformed],
    ["a frame out of order", segmentOf(header, [commit(1), commit(3)]).bytes],
  ];
  for (const [what, bytes] of cases) {
    test(`refuses ${what}`, async () => {
      await lay(1, bytes);
      await refused();
    });
  }

  test("ignores a frame that was never written to its end, and refuses it if it was once synced", async () => {
    const torn = segmentOf(header, [commit(1), commit(2)]);
    torn.bytes.fill(0, torn.end - 8, torn.end);
    await lay(1, torn.bytes);
    const reader = journal();
    expect((await reader.follow()).commits).toHaveLength(1);
    const gap = segmentOf(header, [commit(1), commit(2), commit(3, 2)]).bytes;
    gap.fill(0, torn.end - SIZE, torn.end);
    await plain.write(segmentPath(1), 0, gap);
    await refused();
  });

  test("refuses what a newer version wrote with BABA_FORMAT, at first and later", async () => {
    const [first, second] = chained();
    await lay(1, first);
    const reader = journal();
    await reader.follow();
    new DataView(second.buffer).setUint32(8, 2);
    await lay(2, sealed(second));
    const newer = { code: "BABA_FORMAT", record: segmentPath(2), message: /newer version/ };
    await expect(reader.follow()).rejects.toMatchObject({ code: newer.code, record: newer.record });
    await expect(journal().follow()).rejects.toThrow(newer.message);
  });

  test("refuses a journal that lacks a segment before the newest one", async () => {
    await lay(2, chained()[1]);
    await expect(journal().follow()).rejects.toThrow("a segment before it is missing");
  });

  for (const [what, change] of [
    ["at another length", { previousLength: 512 + SIZE }],
    ["with another chain", { previousChain: 1n }],
    ["with other numbers", { base: 1 }],
  ] as const) {
    test(`refuses a segment that goes on behind its predecessor ${what}`, async () => {
      for (const [i, bytes] of chained(change).entries()) await lay(i + 1, bytes);
      await refused();
    });
  }

  test("refuses a frame that is torn before the place that the next segment pins", async () => {
    const [first, second] = chained();
    first.fill(0, 512 + 2 * SIZE - 8, 512 + 2 * SIZE);
    await lay(1, first);
    await lay(2, second);
    await refused();
  });

  for (const gone of [1, 2]) {
    test(`looks again if a checkpoint removes segment ${gone} while it reads`, async () => {
      for (const [i, bytes] of chained().entries()) await lay(i + 1, bytes);
      let done = false;
      const reader = journal(async ({ call, path }) => {
        if (done || call !== "read" || path !== segmentPath(gone)) return undefined;
        done = true;
        const restarted = { number: 3, base: 3, checkpoint: 3, previousLength: 512 + SIZE };
        await lay(3, segmentOf({ ...header, ...restarted }, []).bytes);
        await plain.remove([segmentPath(1), segmentPath(2)]);
        return undefined;
      });
      expect(await reader.follow()).toEqual({ commits: [], restarted: true });
      expect(reader.sequence).toBe(3);
    });
  }

  test("refuses a link in a segment's place, and says what to do with it", async () => {
    await lay(1, sound);
    const linked = withCalls(plain, {
      list: async (folder) =>
        (await plain.list(folder))?.map((entry) => ({ ...entry, kind: "other" as const })),
    });
    const reading = readJournal(linked, unprotected, async () => {});
    await expect(reading).rejects.toMatchObject({ code: "BABA_NOT_A_RECORD", record: segmentPath(1) });
    await expect(reading).rejects.toThrow("put the file itself back in its place");
  });

  test("passes an error of the file system on as it is", async () => {
    await lay(1, sound);
    const reader = journal(({ call }) => (call === "read" ? { fail: "EACCES" } : undefined));
    await expect(reader.follow()).rejects.toMatchObject({ code: "EACCES" });
  });
});

describe("Journal.follow() of a journal that was read before", () => {
  /**
   * A reader of one commit; then the second is written, which it sees as `passing` the first `looks` times.
   */
  async function look(looks: number): Promise<{ reader: Journal; reads: () => number }> {
    const { bytes, end } = segmentOf(header, [commit(1), commit(2)]);
    let reads = 0;
    await lay(1, segmentOf(header, [commit(1)]).bytes);
    const reader = journal(async ({ call }) => {
      if (call !== "read" || !written) return undefined;
      reads += 1;
      await plain.write(segmentPath(1), 0, reads > looks ? bytes : flipped(bytes, end - SIZE + 41));
      return undefined;
    });
    let written = false;
    await reader.follow();
    reader.markTaken();
    written = true;
    await plain.write(segmentPath(1), 0, bytes);
    return { reader, reads: () => reads };
  }

  test("looks up to three times at a frame that seems damaged: its writer may be in the middle of it", async () => {
    const { reader, reads } = await look(2);
    expect((await reader.follow()).commits.map(({ sequence }) => sequence)).toEqual([2]);
    expect(reads()).toBe(3);
  });

  test("refuses what is damaged at the third look too", async () => {
    const { reader, reads } = await look(3);
    await expect(reader.follow()).rejects.toMatchObject({ code: "BABA_JOURNAL", record: segmentPath(1) });
    expect(reads()).toBe(3);
  });

  test("refuses a next segment whose header is damaged", async () => {
    const [first, second] = chained();
    await lay(1, first);
    const reader = journal();
    await reader.follow();
    await lay(2, flipped(second, 20));
    await expect(reader.follow()).rejects.toMatchObject({ code: "BABA_JOURNAL", record: segmentPath(2) });
  });
});

describe("decodeChanges() and decodeSegmentHeader()", () => {
  test("refuse what has bytes behind its end, and what has none", async () => {
    const longer = new Uint8Array(body.length + 1);
    longer.set(body);
    expect(await decodeChanges(longer, () => undefined)).toBeUndefined();
    expect(decodeSegmentHeader(new Uint8Array())).toBeUndefined();
  });
});

describe("decodeChanges() of a frame with two names", () => {
  const decoded = (name: string, payload?: Uint8Array) =>
    decodeChanges(
      referenceChanges(
        new Map([
          ["1.baba", payload],
          [name, payload],
        ]),
      ),
      () => undefined,
    );

  test.each([
    "../victim.baba",
    "a/../../victim.baba",
    "/etc/victim.baba",
    "a//b.baba",
    "./a.baba",
    "a/./b.baba",
    ".baba/store.json",
    ".baba/journal/x.baba",
    "a/.hidden/b.baba",
    ".baba",
    "a/.baba",
    "",
    "victim.txt",
    "a.baba/",
    "a.baba\0",
    "a\0b.baba",
  ])("refuses a name that leads elsewhere than to a record: %j", async (name) => {
    expect(await decoded(name)).toBeUndefined();
    expect(await decoded(name, new Uint8Array(3))).toBeUndefined();
  });

  test.each([
    "a:b.baba",
    "con.baba",
    "cafe\u0301.baba",
    "x.baba/7.baba",
    "a..b.baba",
    "a/b c/d\\e.baba",
    " .baba",
  ])("takes a name that a listing can give as it is: %j", async (name) => {
    expect([...((await decoded(name))?.keys() ?? [])]).toEqual(["1.baba", name]);
  });
});
