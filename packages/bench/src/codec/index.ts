import { CODEC_ROWS, type NewCell } from "../harness/results.ts";
import { writeSection } from "../report/publish.ts";
import { median } from "../report/statistics.ts";
import { BARE, GLUE, LIMIT } from "./contestants.ts";
import { type Measured, measure } from "./measure.ts";
import { report, sizeName, speedRatio } from "./report.ts";

const SIZES = [300, 4096, 65536, 2 ** 20];
// Samples are shorter than a time slice, so that most are not interrupted on a busy machine.
const FULL = { rounds: 101, sample: 0.5, pythonUpTo: 2 ** 20 };
const WARM_UP = { rounds: 100, sample: 0.5, pythonUpTo: 0 };
const QUICK = { rounds: 11, sample: 0.2, pythonUpTo: 4096 };

/**
 * Compares the codec with its peers, and returns the cells for the targets. A full run writes its section of
 * docs/performance.md; `quick` only shows that it works.
 */
export function runCodec({ quick }: { quick: boolean }): NewCell[] {
  const plan = quick ? QUICK : FULL;
  const sizes = new Map<number, Measured>();
  console.log("codec: warming up ...");
  measure(bytesOf(4096), WARM_UP);
  for (const size of SIZES) {
    console.log(`codec: ${sizeName(size)} ...`);
    sizes.set(size, measure(bytesOf(size), plan));
  }
  const section = report(sizes, plan.rounds);
  console.log(`\n${section}\n`);
  if (!quick) writeSection("codec", section);
  return [...sizes].flatMap(([size, measured]) => cells(size, measured));
}

/** The cells for the targets. */
function cells(records: number, measured: Measured): NewCell[] {
  const limit = measured.get(LIMIT);
  return CODEC_ROWS.map((engine) => {
    const figures = measured.get(engine === "codec: in linear memory" ? BARE : GLUE);
    const values = (["encode", "decode"] as const).map((way) => [
      [`${way}Ratio`, [speedRatio(limit?.[way] ?? [], figures?.[way] ?? [])]],
      [`${way}PerByte`, [median(figures?.[way] ?? [])]],
    ]);
    return { workload: "codec", engine, records, figures: Object.fromEntries(values.flat()) };
  });
}

/** Bytes without a pattern that a branch predictor could learn. */
function bytesOf(size: number): Uint8Array {
  return new Uint8Array(size).map((_, i) => (Math.imul(i + 1, 2654435761) >>> 24) ^ (i & 255));
}
