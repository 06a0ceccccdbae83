import type { FileSystem } from "../../file-system/file-system.ts";
import {
  SimulatedDisk,
  SimulatedMachine,
  type Step,
  type StepHook,
  simulatedFileSystem,
} from "../../testing/simulation/index.ts";
import { JOURNAL_FOLDER, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import { unprotected } from "../protection.ts";
import type { Changes } from "../storage.ts";
import { referenceChanges } from "./changes.fixture.ts";
import type { News } from "./cursor.ts";
import { encodeFrame } from "./frame.ts";
import { Journal } from "./journal.ts";
import type { JournalSeals } from "./seal.ts";
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  SEGMENT_HEADER,
  type SegmentHeader,
  segmentStart,
} from "./segment.ts";

/** A journal on a simulated disk, for tests that intervene between the steps of its readers and writers. */
export class SimulatedJournal {
  readonly #disk = new SimulatedDisk();
  readonly #machine = new SimulatedMachine();
  /** Files whose steps are not intercepted. */
  readonly plain: FileSystem = simulatedFileSystem(this.#disk);
  /** Lets a test intervene between two steps of a process, which is named like its journal. */
  hook: StepHook = () => undefined;

  /** With the folders that the engine makes. */
  static async begin(): Promise<SimulatedJournal> {
    const begun = new SimulatedJournal();
    for (const folder of [JOURNAL_FOLDER, TEMPORARY_FOLDER]) await begun.plain.makeFolder(folder);
    return begun;
  }

  /** The journal as a process of that name sees it. */
  of(name: string): Journal {
    const process = this.#machine.start(name);
    const files = simulatedFileSystem(this.#disk, { process, hook: (step) => this.hook(step) });
    return journalOn(files, name);
  }

  /** With one synced commit of `a`, which `b` has read. */
  async started(): Promise<{ a: Journal; b: Journal }> {
    const [a, b] = [this.of("a"), this.of("b")];
    await a.append([put("one")]);
    await follow(b);
    return { a, b };
  }

  /** Does `work` once, before the first step that fits. */
  once(fits: (step: Step) => boolean, work: () => Promise<unknown>): void {
    let done = false;
    this.hook = async (step) => {
      if (done || !fits(step)) return undefined;
      done = true;
      await work();
      return undefined;
    };
  }

  async segments(): Promise<string[]> {
    return ((await this.plain.list(JOURNAL_FOLDER)) ?? [])
      .map(({ name }) => `${JOURNAL_FOLDER}/${name}`)
      .sort();
  }

  /** Gives a segment another header, and frames that match it. */
  async forge(
    number: number,
    change: (header: SegmentHeader) => SegmentHeader,
    commits: readonly { readonly sequence: number; readonly changes: Changes }[] = [],
  ): Promise<void> {
    const path = segmentPath(number);
    const old = decodeSegmentHeader((await this.plain.readRange(path, 0, 512)) ?? new Uint8Array());
    if (old === undefined || old === "newer") throw new Error("no header");
    const header = change(old);
    await this.plain.write(path, 0, encodeSegmentHeader(header));
    let [at, chain] = [SEGMENT_HEADER, firstChain(header)];
    for (const { sequence, changes } of commits) {
      const frame = {
        kind: "commit",
        sequence,
        synced: header.base,
        body: referenceChanges(changes),
      } as const;
      const encoded = encodeFrame(frame, chain, firstChain(header));
      await this.plain.write(path, at, encoded.bytes);
      at += encoded.bytes.length;
      chain = encoded.chain;
    }
  }
}

/** A journal as a process sees it; the name has one character. */
export function journalOn(files: FileSystem, name: string, seals: JournalSeals = unprotected): Journal {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  return new Journal(
    files,
    {
      token: name.repeat(16),
      identity: `process ${name}`,
      random,
      breathe: async () => {},
      isHeld: async () => true,
    },
    seals,
  );
}

export function put(text: string, name = "r.baba"): Changes {
  return new Map([[name, new TextEncoder().encode(text)]]);
}

/** Reads on and takes in what there is. */
export async function follow(journal: Journal): Promise<News> {
  const news = await journal.follow();
  journal.markTaken();
  return news;
}

/** The numbers of the commits that are new to a reader. */
export async function sequences(reader: Journal): Promise<number[]> {
  return (await follow(reader)).commits.map(({ sequence }) => sequence);
}

export function is(process: string, call: string, path: string): (step: Step) => boolean {
  return (step) => step.process === process && step.call === call && step.path === path;
}

/** Where the chain of a plain segment begins. */
function firstChain(head: SegmentHeader): bigint {
  return segmentStart(head, encodeSegmentHeader(head), undefined).seed;
}
