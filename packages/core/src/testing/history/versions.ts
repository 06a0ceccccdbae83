import type { Anomaly } from "./anomaly.ts";
import { isListingKey } from "./history.ts";
import { isPrefix, listOf, type Observation, type Observed, type Writer } from "./observe.ts";

/**
 * The versions that a key went through, as proved by the reads.
 *
 * Version 0 is the absent key, and block `i` is what turned version `i` into version `i + 1`: one number for
 * a list, all names that appeared between two listings for a listing. The last block may contain, in no
 * order, what was committed and never read; such appends must come after every version that was.
 */
export type VersionOrder = {
  readonly key: string;
  readonly listing: boolean;
  readonly blocks: readonly (readonly number[])[];
  /** The block of each number. */
  readonly position: ReadonlyMap<number, number>;
  /** `readers[i]`: the nodes that read version `i`. */
  readonly readers: readonly (readonly number[])[];
  /** Listings that are no version in the growth of the others. */
  readonly strays: readonly Observation[];
};

/** The version orders of a history, and their faults. */
export type Versions = {
  readonly orders: readonly VersionOrder[];
  readonly anomalies: readonly Anomaly[];
  /** The nodes of each lost update. */
  readonly lostUpdates: readonly (readonly number[])[];
};

/**
 * Recovers the version order of every key: `incompatible-order`, `impossible-order`, `G1b` and `lost-update`.
 */
export function recoverVersions(observed: Observed): Versions {
  const orders: VersionOrder[] = [];
  const anomalies: Anomaly[] = [];
  const lostUpdates: number[][] = [];
  for (const key of new Set([...observed.writers.keys(), ...observed.reads.keys()])) {
    const one = new KeyVersions(observed, key);
    orders.push(one.recover());
    anomalies.push(...one.anomalies);
    lostUpdates.push(...one.lostUpdates);
  }
  return { orders, anomalies, lostUpdates };
}

/** More would reveal nothing new: each of them is reported as a cycle. */
const MOST_STRAYS = 64;

class KeyVersions {
  readonly anomalies: Anomaly[] = [];
  readonly lostUpdates: number[][] = [];
  readonly #observed: Observed;
  readonly #key: string;
  readonly #writers: ReadonlyMap<number, Writer>;
  readonly #blocks: number[][] = [];
  readonly #readers: number[][] = [[]];
  readonly #strays: Observation[] = [];
  readonly #position = new Map<number, number>();

  constructor(observed: Observed, key: string) {
    this.#observed = observed;
    this.#key = key;
    this.#writers = observed.writers.get(key) ?? new Map();
  }

  recover(): VersionOrder {
    const reads = this.#observed.reads.get(this.#key) ?? [];
    const listing = isListingKey(this.#key);
    if (listing) this.#growSet(reads);
    else this.#growList(reads);
    this.#appendUnread();
    this.#dropIntermediateReads();
    if (!listing) this.#findLostUpdates();
    return {
      key: this.#key,
      listing,
      blocks: this.#blocks,
      position: this.#position,
      readers: this.#readers,
      strays: this.#strays,
    };
  }

  /** The longest read is the order; every other one must be a prefix of it. */
  #growList(reads: readonly Observation[]): void {
    let longest: Observation | undefined;
    for (const read of reads) {
      if (longest === undefined || read.values.length > longest.values.length) longest = read;
    }
    if (longest === undefined) return;
    for (const value of longest.values) this.#install([value]);
    this.#checkProgramOrder(longest.values);
    const strangers: Observation[] = [];
    for (const read of reads) {
      if (isPrefix(read.values, longest.values)) this.#readers[read.values.length]?.push(read.node);
      else strangers.push(read);
    }
    if (strangers[0] !== undefined) this.#reportIncompatible(longest, strangers[0], strangers.length);
  }

  /** Listings by size: each must contain all of the one before, or it is a stray. */
  #growSet(reads: readonly Observation[]): void {
    for (const read of [...reads].sort((a, b) => a.values.length - b.values.length)) {
      const added = read.values.filter((value) => !this.#position.has(value));
      if (read.values.length - added.length !== this.#position.size) {
        if (this.#strays.length < MOST_STRAYS) this.#strays.push(read);
        continue;
      }
      if (added.length > 0) this.#install(added);
      this.#readers.at(-1)?.push(read.node);
    }
  }

  #install(values: number[]): void {
    for (const value of values) this.#position.set(value, this.#blocks.length);
    this.#blocks.push(values);
    this.#readers.push([]);
  }

  #appendUnread(): void {
    const unread: number[] = [];
    for (const [value, { node }] of this.#writers) {
      if (node >= 0 && !this.#position.has(value)) unread.push(value);
    }
    if (unread.length > 0) this.#install(unread);
  }

  #checkProgramOrder(values: readonly number[]): void {
    const latest = new Map<number, { value: number; step: number }>();
    for (const value of values) {
      const writer = this.#writers.get(value);
      if (writer === undefined) continue;
      const before = latest.get(writer.node);
      if (before !== undefined && before.step > writer.step) {
        const { id } = writer.transaction;
        const words = `${id} appended ${value} and then ${before.value} to ${this.#key}, where they were read the other way round`;
        this.anomalies.push({ kind: "impossible-order", transactions: [id], explanation: words });
        return;
      }
      latest.set(writer.node, { value, step: writer.step });
    }
  }

  /**
   * No other transaction may see a version between two appends of one transaction; such reads are set aside.
   */
  #dropIntermediateReads(): void {
    const last = new Map<number, number>();
    for (const [value, block] of this.#position) {
      const node = this.#writers.get(value)?.node ?? -1;
      last.set(node, Math.max(block, last.get(node) ?? 0));
    }
    this.#blocks.forEach((values, block) => {
      for (const value of values) {
        const writer = this.#writers.get(value);
        if (writer === undefined || last.get(writer.node) === block) continue;
        const seers = this.#readers[block + 1] ?? [];
        if (seers[0] !== undefined) this.#reportIntermediate(writer, value, seers[0]);
        seers.length = 0;
      }
    });
  }

  #findLostUpdates(): void {
    const appenders = new Set([...this.#writers.values()].map(({ node }) => node));
    this.#readers.forEach((readers, version) => {
      const updaters = readers.filter((node) => appenders.has(node));
      if (updaters.length < 2) return;
      this.lostUpdates.push(updaters);
      const ids = updaters.map((node) => this.#idOf(node));
      const seen = listOf(this.#blocks.slice(0, version).flat());
      const words = `${ids.join(" and ")} each read ${seen} of ${this.#key} and then appended to it`;
      this.anomalies.push({ kind: "lost-update", transactions: ids, explanation: words });
    });
  }

  #reportIncompatible(longest: Observation, other: Observation, count: number): void {
    const [one, two] = [this.#idOf(longest.node), this.#idOf(other.node)];
    const more = count > 1 ? `; so it is with ${count - 1} more reads` : "";
    const at = other.values.findIndex((value, i) => value !== longest.values[i]);
    const [in1, in2] = [longest, other].map(({ values }) => listOf(values.slice(0, at + 1)));
    const words = `${one} and ${two} read ${this.#key} in orders that exclude each other: the first began ${in1}, the second ${in2}${more}`;
    this.anomalies.push({ kind: "incompatible-order", transactions: [one, two], explanation: words });
  }

  #reportIntermediate(writer: Writer, value: number, reader: number): void {
    const [from, to] = [writer.transaction.id, this.#idOf(reader)];
    const words = `${to} read ${value} of ${this.#key}, which ${from} appended, and not what ${from} appended to it afterwards`;
    this.anomalies.push({ kind: "G1b", transactions: [from, to], explanation: words });
  }

  #idOf(node: number): string {
    return this.#observed.nodes[node]?.id ?? String(node);
  }
}
