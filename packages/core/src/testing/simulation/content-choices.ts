import { Content, endOf, overlay } from "./content.ts";
import type { SeededRandom } from "./random.ts";
import type { FileNode, PendingWrite } from "./tree.ts";

/** What a disk writes atomically. */
const SECTOR = 512;
/**
 * Up to this many writes or sectors, each subset of them is a choice; above, those that lack one or have only
 * one.
 */
const FEW = 6;
/** How much memory the choices of one file may keep cached. */
const CACHED_BYTES = 1 << 20;

/** How the choices of one kind are numbered and made. */
type Family = { readonly size: number; make(index: number): Uint8Array };

/**
 * What a power cut may leave of one file that has unsynced writes. Each choice is built only when asked for.
 *
 * The families, besides the old bytes: the first writes complete; a write cut at any byte; the length
 * extended and the bytes zero; a sector-aligned tail that is old or zero; subsets of the writes (reordering);
 * subsets of the sectors (holes). An exhaustive visit takes all of them; a sample also mixes sectors of
 * several versions.
 */
export class ContentChoices {
  /** How many there are, including the old bytes (0) and the full ones (1). */
  readonly count: number;
  readonly #file: FileNode;
  readonly #writes: readonly PendingWrite[];
  readonly #families: readonly Family[];
  readonly #made = new Map<number, Content>();
  #madeBytes = 0;

  constructor(file: FileNode) {
    this.#file = file;
    this.#writes = file.writes;
    this.#families = familiesOf(file);
    this.count = 2 + this.#families.reduce((sum, family) => sum + family.size, 0);
  }

  /** The choice with that number, below `count`. */
  at(index: number): Content {
    if (index === 0) return this.#file.durable;
    if (index === 1) return this.#file.visible;
    let content = this.#made.get(index);
    if (content === undefined) {
      content = new Content(this.#make(index - 2));
      this.#madeBytes += content.bytes.length;
      if (this.#madeBytes <= CACHED_BYTES) this.#made.set(index, content);
    }
    return content;
  }

  /** A random choice: each family is equally likely, so that many cuts do not hide the few zeros. */
  sample(random: SeededRandom): Content {
    const kind = random.below(this.#families.length + 3);
    if (kind === 0) return this.at(0);
    if (kind === 1) return this.at(1);
    if (kind === 2) return new Content(mixture(this.#file, random));
    let first = 2;
    for (let i = 0; i < kind - 3; i++) first += this.#families[i]?.size ?? 0;
    const size = this.#families[kind - 3]?.size ?? 0;
    return this.at(size === 0 ? 1 : first + random.below(size));
  }

  /** Whether the file is still as it was when the choices were made. */
  fits(file: FileNode): boolean {
    return this.#writes === file.writes;
  }

  #make(index: number): Uint8Array {
    let rest = index;
    for (const family of this.#families) {
      if (rest < family.size) return family.make(rest);
      rest -= family.size;
    }
    throw new RangeError(`no such content: ${index}`);
  }
}

function familiesOf(file: FileNode): Family[] {
  const base = file.durable.bytes;
  const full = file.visible.bytes;
  const writes = file.writes;
  const sectors = dirtySectors(writes);
  return [
    { size: writes.length - 1, make: (i) => overlay(base, writes.slice(0, i + 1)) },
    cuts(base, writes),
    { size: writes.length, make: (i) => overlay(base, writes.slice(0, i), endOf(writes[i] ?? NOTHING)) },
    { size: 1, make: () => overlay(base, [], full.length) },
    { size: sectors.length - 1, make: (i) => withSectors(base, full, sectors.slice(0, i + 1)) },
    subsets(writes, (chosen) => overlay(base, chosen)),
    subsets(sectors, (chosen) => withSectors(base, full, chosen)),
  ];
}

const NOTHING: PendingWrite = { offset: 0, bytes: new Uint8Array(), lost: false };

/** All writes before one in full, and the first bytes of that one. */
function cuts(base: Uint8Array, writes: readonly PendingWrite[]): Family {
  const sizes = writes.map((write) => write.bytes.length - 1);
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return {
    size,
    make: (index) => {
      let rest = index;
      let which = 0;
      while (rest >= (sizes[which] ?? Infinity)) rest -= sizes[which++] ?? 0;
      const { offset, bytes } = writes[which] ?? NOTHING;
      return overlay(base, [...writes.slice(0, which), { offset, bytes: bytes.subarray(0, rest + 1) }]);
    },
  };
}

/** Proper subsets: all of a few items; of many, those that lack one and those of only one. */
function subsets<T>(items: readonly T[], make: (chosen: T[]) => Uint8Array): Family {
  const count = items.length;
  if (count < 2) return { size: 0, make: () => make([]) };
  if (count <= FEW) {
    return { size: 2 ** count - 2, make: (index) => make(items.filter((_, i) => ((index + 1) >> i) & 1)) };
  }
  return {
    size: 2 * count,
    make: (index) => make(items.filter((_, i) => (index < count ? i !== index : i === index - count))),
  };
}

/** Full length; these sectors as written, all others as they were, or zero if there was nothing. */
function withSectors(base: Uint8Array, full: Uint8Array, sectors: readonly number[]): Uint8Array {
  const bytes = overlay(base, [], full.length);
  for (const sector of sectors) {
    const start = sector * SECTOR;
    bytes.set(full.subarray(start, start + SECTOR), start);
  }
  return bytes;
}

/** Each sector as it was after some of the writes, not the same for all; occasionally of another length. */
function mixture(file: FileNode, random: SeededRandom): Uint8Array {
  const base = file.durable.bytes;
  const full = file.visible.bytes;
  const versions = [base, full];
  if (file.writes.length > 1)
    versions.push(overlay(base, file.writes.slice(0, 1 + random.below(file.writes.length - 1))));
  const bytes = overlay(base, [], full.length);
  for (const sector of dirtySectors(file.writes)) {
    const start = sector * SECTOR;
    const end = Math.min(start + SECTOR, full.length);
    const part = random.pick(versions).subarray(start, end);
    bytes.fill(0, start, end);
    bytes.set(part, start);
  }
  const spare = full.length - base.length;
  return spare > 0 && random.chance(0.25) ? bytes.slice(0, base.length + random.below(spare)) : bytes;
}

function dirtySectors(writes: readonly PendingWrite[]): number[] {
  const sectors = new Set<number>();
  for (const write of writes) {
    const last = Math.floor((endOf(write) - 1) / SECTOR);
    for (let sector = Math.floor(write.offset / SECTOR); sector <= last; sector++) sectors.add(sector);
  }
  return [...sectors].sort((a, b) => a - b);
}
