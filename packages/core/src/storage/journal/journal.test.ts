import { beforeEach, describe, expect, test } from "vitest";
import { CommitUnknownError, LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import {
  SimulatedDisk,
  SimulatedMachine,
  type Step,
  simulatedFileSystem,
  type Verdict,
} from "../../testing/simulation/index.ts";
import { JOURNAL_FOLDER, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import { unprotected } from "../protection.ts";
import { type Changes, encodeChanges } from "./changes.ts";
import { encodeFrame } from "./frame.ts";
import { Journal } from "./journal.ts";
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  SEGMENT_HEADER,
  type SegmentHeader,
  segmentStart,
} from "./segment.ts";

/** Where the chain of a plain segment's frames begins. */
const firstChain = (head: SegmentHeader): bigint =>
  segmentStart(head, encodeSegmentHeader(head), undefined).seed;
let disk: SimulatedDisk;
let machine: SimulatedMachine;
/** Files whose steps nobody hinders. */
let plain: FileSystem;
/** Where a test comes between two steps of a process, which has the journal's name. */
let hook: (step: Step) => Verdict | undefined | Promise<Verdict | undefined>;

beforeEach(async () => {
  disk = new SimulatedDisk();
  machine = new SimulatedMachine();
  hook = () => undefined;
  plain = simulatedFileSystem(disk);
  for (const folder of [JOURNAL_FOLDER, TEMPORARY_FOLDER]) await plain.makeFolder(folder);
});

function journalOf(name: string): Journal {
  const files = simulatedFileSystem(disk, { process: machine.start(name), hook: (step) => hook(step) });
  const random = (bytes: Uint8Array) => crypto.getRandomValues(new Uint8Array(bytes.length));
  return new Journal(files, { token: name.repeat(16), identity: `process ${name}`, random }, unprotected);
}

/** Does something once, before the first step that fits. */
function once(fits: (step: Step) => boolean, work: () => Promise<unknown>): void {
  let done = false;
  hook = async (step) => {
    if (done || !fits(step)) return undefined;
    done = true;
    await work();
    return undefined;
  };
}

const is = (process: string, call: string, path: string) => (step: Step) =>
  step.process === process && step.call === call && step.path === path;
const put = (text: string, name = "r.baba"): Changes => new Map([[name, new TextEncoder().encode(text)]]);
const sequences = async (journal: Journal): Promise<number[]> =>
  (await journal.follow()).commits.map(({ sequence }) => sequence);
const segments = async (): Promise<string[]> =>
  ((await plain.list(JOURNAL_FOLDER)) ?? []).map(({ name }) => `${JOURNAL_FOLDER}/${name}`).sort();

/** A journal of a, of one synced commit, that b has read. */
async function started(): Promise<{ a: Journal; b: Journal }> {
  const [a, b] = [journalOf("a"), journalOf("b")];
  await a.append([put("one")]);
  await b.follow();
  return { a, b };
}

/** Gives a segment another header, and frames that are right for it. */
async function forge(
  number: number,
  change: (header: SegmentHeader) => SegmentHeader,
  commits: readonly { readonly sequence: number; readonly changes: Changes }[] = [],
): Promise<void> {
  const old = decodeSegmentHeader((await plain.readRange(segmentPath(number), 0, 512)) ?? new Uint8Array());
  if (old === undefined || old === "newer") throw new Error("no header");
  const header = change(old);
  await plain.write(segmentPath(number), 0, encodeSegmentHeader(header));
  let [at, chain] = [SEGMENT_HEADER, firstChain(header)];
  for (const { sequence, changes } of commits) {
    const frame = { kind: "commit", sequence, synced: header.base, body: encodeChanges(changes) } as const;
    const encoded = encodeFrame(frame, chain, firstChain(header));
    await plain.write(segmentPath(number), at, encoded.bytes);
    at += encoded.bytes.length;
    chain = encoded.chain;
  }
}

describe("Journal.follow()", () => {
  test("knows commits again that another has written anew, and tells only those behind them", async () => {
    const { a, b } = await started();
    await b.append([put("two")]);
    expect(await sequences(a)).toEqual([2]);
    await a.append([put("three")]);
    expect(await sequences(b)).toEqual([3]);
    expect(await sequences(journalOf("c"))).toEqual([1, 2, 3]);
  });

  test("goes on to a segment that pins the place before a mark, and keeps what the mark said", async () => {
    const { a, b } = await started();
    a.settled();
    await a.mark();
    await b.follow();
    expect(b.placed).toBe(1);
    await b.append([put("two")]);
    expect(await sequences(a)).toEqual([2]);
    expect(a.placed).toBe(1);
  });

  test("goes on to a segment that pins the place that was read, and to one behind it", async () => {
    const { a, b } = await started();
    const c = journalOf("c");
    await c.follow();
    await b.sync();
    await b.append([put("two")]);
    await b.sync();
    await a.follow();
    await a.sync();
    await a.append([put("three")]);
    expect(await sequences(c)).toEqual([2, 3]);
  });

  test("refuses a segment in whose stead this storage has seen other commits", async () => {
    const { a, b } = await started();
    await a.append([put("two")]);
    await b.append([put("zwei")]);
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("refuses a segment that lacks a commit that this storage has seen", async () => {
    const { a, b } = await started();
    await a.append([put("two")]);
    await b.secure();
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("refuses a segment that pins what was never read", async () => {
    const { a, b } = await started();
    await b.secure();
    await forge(2, (header) => ({ ...header, previousChain: header.previousChain + 1n }));
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("refuses a segment that numbers what it has written anew otherwise", async () => {
    const { a, b } = await started();
    await b.secure();
    await forge(2, (header) => ({ ...header, base: 5 }), [{ sequence: 6, changes: put("one") }]);
    await expect(a.follow()).rejects.toThrow(LockedError);
  });

  test("calls a segment damaged that pins another chain at the place that was read", async () => {
    const { a, b } = await started();
    const c = journalOf("c");
    await a.append([put("two")]);
    await c.follow();
    await c.sync();
    await c.append([put("three")]);
    await forge(2, (header) => ({ ...header, previousChain: header.previousChain + 1n }));
    await expect(b.follow()).rejects.toMatchObject({ code: "BABA_JOURNAL", record: segmentPath(2) });
  });

  test("begins anew where a checkpoint has removed what it stood in", async () => {
    const { a, b } = await started();
    await b.append([put("two")]);
    await b.restart();
    const news = await a.follow();
    expect(news).toEqual({ commits: [], restarted: true });
    expect([a.sequence, a.checkpoint]).toEqual([2, 2]);
    expect(await segments()).toEqual([segmentPath(3)]);
  });

  test("loses nothing where a checkpoint made by all it knows removes what it stood in", async () => {
    const { a, b } = await started();
    await b.restart();
    expect(await a.follow()).toEqual({ commits: [], restarted: false });
    expect([a.sequence, a.checkpoint]).toEqual([1, 1]);
    await b.restart();
    await b.append([put("two")]);
    expect(await sequences(a)).toEqual([2]);
  });

  test("begins anew where a checkpoint comes before it reads the next segment's header", async () => {
    const { a, b } = await started();
    const c = journalOf("c");
    await b.append([put("two")]);
    await c.follow();
    once(is("a", "readRange", segmentPath(2)), () => c.restart());
    expect((await a.follow()).restarted).toBe(true);
    expect([a.sequence, a.checkpoint]).toEqual([2, 2]);
  });

  test("begins anew where a checkpoint comes before it looks behind what it has read", async () => {
    const { a, b } = await started();
    once(is("b", "readRange", segmentPath(1)), () => a.restart());
    expect(await b.follow()).toEqual({ commits: [], restarted: false });
    expect([b.sequence, b.checkpoint]).toEqual([1, 1]);
  });

  test("begins anew where a checkpoint comes between its look at the end and its reading", async () => {
    const { a, b } = await started();
    await a.append([put("two")]);
    once(is("b", "read", segmentPath(1)), async () => {
      await a.sync();
      await a.restart();
    });
    expect((await b.follow()).restarted).toBe(true);
    expect(b.sequence).toBe(2);
  });

  test("begins anew where a checkpoint comes while it compares what was written anew", async () => {
    const { a, b } = await started();
    const c = journalOf("c");
    await b.append([put("two")]);
    await c.follow();
    let looks = 0;
    once(
      (step) => is("a", "readRange", segmentPath(2))(step) && ++looks === 2,
      () => c.restart(),
    );
    expect((await a.follow()).restarted).toBe(true);
    expect(a.checkpoint).toBe(2);
  });

  test("keeps what it has read of a segment when the next one goes before it is read", async () => {
    const { a, b } = await started();
    const c = journalOf("c");
    await a.append([put("two")]);
    await a.sync();
    let followed: number[] = [];
    once(is("a", "remove", segmentPath(1)), async () => {
      once(is("b", "kinds", segmentPath(3)), async () => {
        await c.follow();
        await c.restart();
      });
      followed = await sequences(b);
    });
    await a.restart();
    expect(followed).toEqual([2]);
    expect(await segments()).toEqual([segmentPath(3)]);
  });

  test("tells all commits since the checkpoint again where marks were taken back", async () => {
    const { a, b } = await started();
    a.settled();
    await a.mark();
    await b.follow();
    expect(b.placed).toBe(1);
    await a.revoke();
    const news = await b.follow();
    expect(news.restarted).toBe(true);
    expect(news.commits.map(({ sequence }) => sequence)).toEqual([1]);
    expect(b.placed).toBe(0);
  });

  test("refuses to go on where the journal is gone, or an older one is in its stead", async () => {
    const { b } = await started();
    await b.append([put("two")]);
    await plain.remove([segmentPath(1), segmentPath(2)]);
    await expect(b.follow()).rejects.toThrow(LockedError);
    await journalOf("d").append([put("other")]);
    await expect(b.follow()).rejects.toThrow(LockedError);
  });

  test("passes an error of the file system on as it is", async () => {
    const { a, b } = await started();
    await a.append([put("two")]);
    hook = (step) => (is("b", "read", segmentPath(1))(step) ? { fail: "EACCES" } : undefined);
    await expect(b.follow()).rejects.toMatchObject({ code: "EACCES" });
    hook = () => undefined;
    expect(await sequences(b)).toEqual([2]);
  });
});

describe("Journal.append()", () => {
  test("syncs a full segment before it begins the next one, which is twice as long", async () => {
    const { a } = await started();
    const synced: string[] = [];
    hook = ({ call, path }) => {
      if (call === "sync") synced.push(path);
      return undefined;
    };
    expect(await a.append([put("small")])).toBe(false);
    expect(await a.append([put("x".repeat(16_000))])).toBe(true);
    expect(synced[0]).toBe(segmentPath(1));
    for (const size of [40_000, 300_000, 40_000, 40_000]) await a.append([put("x".repeat(size))]);
    const lengths = await Promise.all(
      (await segments()).map(async (path) => (await plain.readRange(path, 0, 1 << 20))?.length),
    );
    expect(lengths).toEqual([16_384, 20_480, 40_960, 303_104, 131_072]);
    expect(await sequences(journalOf("c"))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("takes a write back that failed after all its bytes, and goes on in a segment of its own", async () => {
    const { a, b } = await started();
    let failed = false;
    hook = ({ call, size = 0 }) => {
      if (call !== "write" || failed) return undefined;
      failed = true;
      return { fail: "EIO", bytes: size };
    };
    await expect(a.append([put("two")])).rejects.toMatchObject({ code: "EIO" });
    expect(await sequences(b)).toEqual([]);
    expect(await a.append([put("zwei")])).toBe(true);
    expect((await b.follow()).commits[0]?.changes).toEqual(put("zwei"));
  });

  test("says that the outcome is unknown where a failed write cannot be taken back", async () => {
    const { a } = await started();
    hook = ({ call }) => (call === "write" ? { fail: "EIO" } : undefined);
    await expect(a.append([put("two")])).rejects.toThrow(CommitUnknownError);
  });

  test("lets one of two writers begin a segment, and leaves nothing of the other", async () => {
    const [a, b] = [journalOf("a"), journalOf("b")];
    await a.append([put("one")]);
    await expect(b.append([put("eins")])).rejects.toThrow(LockedError);
    expect(await plain.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  test("says that the outcome is unknown where the journal's folder cannot be synced", async () => {
    hook = ({ call }) => (call === "syncFolder" ? { fail: "EIO" } : undefined);
    await expect(journalOf("a").append([put("one")])).rejects.toThrow(CommitUnknownError);
  });

  test("stands where the temporary file cannot be removed", async () => {
    hook = ({ call }) => (call === "remove" ? { fail: "EBUSY" } : undefined);
    expect(await journalOf("a").append([put("one")])).toBe(true);
  });
});

describe("Journal.sync(), secure(), mark(), distrust() and restart()", () => {
  test("leave an empty journal empty", async () => {
    const a = journalOf("a");
    await a.sync();
    await a.secure();
    a.settled();
    await a.mark();
    a.distrust();
    expect(await a.follow()).toEqual({ commits: [], restarted: false });
    expect([a.sequence, a.checkpoint, a.placed, a.size, a.lastWriter, a.isOwn]).toEqual([
      0,
      0,
      0,
      0,
      undefined,
      false,
    ]);
    expect(await segments()).toEqual([]);
  });

  test("sync() that fails leaves the outcome unknown", async () => {
    const { a } = await started();
    await a.append([put("two")]);
    hook = ({ call }) => (call === "sync" ? { fail: "EIO" } : undefined);
    await expect(a.sync()).rejects.toThrow(CommitUnknownError);
  });

  test("secure() writes anew what another wrote and nobody says is synced, and only that", async () => {
    const { b } = await started();
    await b.secure();
    expect(await segments()).toEqual([segmentPath(1), segmentPath(2)]);
    await b.secure();
    expect(await segments()).toHaveLength(2);
    expect(await sequences(journalOf("c"))).toEqual([1]);
  });

  test("secure() writes its own unsynced commits anew behind a write that failed", async () => {
    const { a } = await started();
    await a.append([put("two")]);
    let failed = false;
    hook = ({ call }) => {
      if (call !== "write" || failed) return undefined;
      failed = true;
      return { fail: "EIO" };
    };
    await expect(a.append([put("three")])).rejects.toMatchObject({ code: "EIO" });
    hook = () => undefined;
    a.settled();
    await a.mark();
    await a.secure();
    expect(await segments()).toHaveLength(2);
    expect(await sequences(journalOf("c"))).toEqual([1, 2]);
  });

  test("mark() that fails is no error, and nothing is written behind it", async () => {
    const { a, b } = await started();
    hook = ({ call }) => (call === "write" ? { fail: "EIO", bytes: 20 } : undefined);
    a.settled();
    await a.mark();
    hook = () => undefined;
    expect(a.placed).toBe(1);
    expect(await a.append([put("two")])).toBe(true);
    expect(await sequences(b)).toEqual([2]);
  });

  test("mark() writes nothing where it does not fit", async () => {
    const a = journalOf("a");
    await a.append([put("x".repeat(15_759))]);
    a.settled();
    await a.mark();
    const b = journalOf("b");
    expect(await sequences(b)).toEqual([1]);
    expect([a.placed, b.placed]).toEqual([1, 0]);
  });

  test("distrust() forgets what marks said, down to the checkpoint", async () => {
    const { a, b } = await started();
    a.settled();
    await a.mark();
    await b.follow();
    b.distrust();
    expect(b.placed).toBe(0);
    await a.restart();
    await b.follow();
    b.distrust();
    expect(b.placed).toBe(1);
  });

  test("restart() begins a journal where there is none, and needs no list of what to remove", async () => {
    const a = journalOf("a");
    const files = simulatedFileSystem(disk);
    files.list = async () => undefined;
    const writer = { token: "c".repeat(16), identity: "c", random: (bytes: Uint8Array) => bytes };
    const c = new Journal(files, writer, unprotected);
    await c.restart();
    expect(await sequences(a)).toEqual([]);
    expect(a.lastWriter).toMatchObject({ identity: "c", token: "c".repeat(16) });
  });
});
