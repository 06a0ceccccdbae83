import { cpus } from "node:os";
import { median } from "../report/statistics.ts";
import { GLUE, LIMIT } from "./contestants.ts";
import type { Figures, Measured } from "./measure.ts";

/** The section on the codec, from the figures of each size. */
export function report(sizes: ReadonlyMap<number, Measured>, rounds: number): string {
  const tables = [...sizes].map(([size, measured]) => table(size, measured));
  return [
    "## The codec",
    "",
    `Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${process.platform}; ${rounds} rounds in turns.`,
    "",
    "Raw megabytes a second (median, and the least and the most in brackets), and the median over the rounds of the ratio to a",
    "`memory.copy` of the encoded text in the same round. *In linear memory* is the kernel alone. *Glue included* adds the copies into",
    "and out of linear memory and the wiping. *Without a copy of the text* is what a large commit pays: the text stays in linear memory,",
    "from which files are written (decoding is the row before once more). *New result* adds the allocation of the result, which from a few",
    "kilobytes on costs more than the codec.",
    "",
    tables.join("\n\n"),
    "",
    perByte(sizes),
  ].join("\n");
}

function table(size: number, measured: Measured): string {
  const limit = measured.get(LIMIT);
  const rows = [...measured].map(([name, figures]) => {
    const cells = (["encode", "decode"] as const).flatMap((way) => [
      speed(figures[way]),
      ratio(limit?.[way] ?? [], figures[way]),
    ]);
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  const head = [
    `### ${sizeName(size)}`,
    "",
    "| | encode, MB/s | ratio | decode, MB/s | ratio |",
    "| --- | --: | --: | --: | --: |",
  ];
  return [...head, ...rows].join("\n");
}

/** How much more a byte of a small record costs than one of a large record. */
function perByte(sizes: ReadonlyMap<number, Measured>): string {
  const cost = (size: number, way: keyof Figures): number => median(sizes.get(size)?.get(GLUE)?.[way] ?? []);
  const factor = (way: keyof Figures): string => (cost(300, way) / cost(65536, way)).toFixed(2);
  return `A byte of 300 costs, glue included, ${factor("encode")} times (encode) and ${factor("decode")} times (decode) one of 64 KiB.`;
}

function speed(nanoseconds: readonly number[]): string {
  const [mid, least, most] = [median(nanoseconds), Math.max(...nanoseconds), Math.min(...nanoseconds)].map(
    megabytes,
  );
  return `${mid} (${least} - ${most})`;
}

function megabytes(nanosecondsPerByte: number): string {
  const rate = 1000 / nanosecondsPerByte;
  return rate >= 10 ? rate.toFixed(0) : rate.toPrecision(2);
}

function ratio(limit: readonly number[], figures: readonly number[]): string {
  return Number(speedRatio(limit, figures).toPrecision(2)).toString();
}

/** The speed relative to the limit: the median over the rounds. */
export function speedRatio(limit: readonly number[], figures: readonly number[]): number {
  return median(figures.map((figure, round) => (limit[round] ?? Number.NaN) / figure));
}

/** Formats a size: 300 B, 64 KiB. */
export function sizeName(size: number): string {
  if (size >= 2 ** 20) return `${size / 2 ** 20} MiB`;
  return size >= 1024 ? `${size / 1024} KiB` : `${size} B`;
}
