import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { Chance } from "../harness/chance.ts";

/** One kind of damage to a file. */
export type Damage = { readonly file: string; readonly what: string; readonly apply: (path: string) => void };

/** A range of bytes, `to` excluded. */
export type Range = { readonly from: number; readonly to: number };

/** Flips a bit in every `step`-th byte of a part of a file. */
export function flips(file: string, { from, to }: Range, step: number, random: Chance): Damage[] {
  const first = from + random.below(step);
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / step)) }, (_, i) => {
    const offset = first + i * step;
    const bit = random.below(8);
    return { file, what: `bit ${bit} of byte ${offset} flipped`, apply: (path) => flip(path, offset, bit) };
  });
}

/** Truncates a file at significant lengths and at some random ones. */
export function truncations(file: string, length: number, more: number, random: Chance): Damage[] {
  const borders = [0, 1, 511, 512, 513, 552, length - 512, length - 1].filter((at) => at >= 0 && at < length);
  const lengths = [...borders, ...Array.from({ length: more }, () => random.below(length))];
  return lengths.map((at) => ({
    file,
    what: `cut off at ${at} of ${length}`,
    apply: (path) => truncateSync(path, at),
  }));
}

function flip(path: string, offset: number, bit: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
  writeFileSync(path, bytes);
}
