import { type Measured, measure } from "./measure.ts";
import { report, sizeName, writeSection } from "./report.ts";

const SIZES = [300, 4096, 65536, 2 ** 20];
// Samples are shorter than a time slice, so that on a busy machine most of them are not interrupted.
const FULL = { rounds: 101, sample: 0.5, pythonUpTo: 2 ** 20 };
const WARM_UP = { rounds: 100, sample: 0.5, pythonUpTo: 0 };
const QUICK = { rounds: 11, sample: 0.2, pythonUpTo: 4096 };

/**
 * Measures the codec beside its peers. The full run writes its section of docs/performance.md; `quick` shows that it runs,
 * and leaves the document as it is.
 */
export function runCodec({ quick }: { quick: boolean }): void {
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
  if (!quick) writeSection(section);
}

/** Bytes without a pattern that a branch predictor could learn. */
function bytesOf(size: number): Uint8Array {
  return new Uint8Array(size).map((_, i) => (Math.imul(i + 1, 2654435761) >>> 24) ^ (i & 255));
}
