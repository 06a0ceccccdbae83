import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { contestants, PYTHON } from "./contestants.ts";
import type { Work } from "./kernels.ts";

/** Nanoseconds per raw byte, for each round. */
export type Figures = { readonly encode: number[]; readonly decode: number[] };
/** The figures for one size, by contestant. */
export type Measured = Map<string, Figures>;
/** Rounds (three for calls of over 20 ms), least milliseconds per sample, and the largest size for Python. */
export type Plan = { readonly rounds: number; readonly sample: number; readonly pythonUpTo: number };

const SCRIPT = fileURLToPath(new URL("../../python/codec.py", import.meta.url));
const SLOW_ROUNDS = 3;
const SLOW = 20e6;
/** Calls before each sample, unless these take too long (in nanoseconds). */
const WARM_UPS = 3;
const LONG_WARM_UP = 50_000_000n;

/** Measures all contestants in turn: every round has one sample of each, in each direction. */
export function measure(bytes: Uint8Array, plan: Plan): Measured {
  const field = contestants(bytes).map((contestant) => ({
    ...contestant,
    encodeCalls: calibrate(contestant.encode, plan.sample),
    decodeCalls: calibrate(contestant.decode, plan.sample),
    slow: timed(contestant.decode, 1) > SLOW,
    figures: { encode: [], decode: [] } as Figures,
  }));
  for (let round = 0; round < plan.rounds; round++) {
    for (const { encode, decode, encodeCalls, decodeCalls, figures, slow } of field) {
      if (slow && round >= SLOW_ROUNDS) continue;
      figures.encode.push(timed(encode, encodeCalls) / bytes.length);
      figures.decode.push(timed(decode, decodeCalls) / bytes.length);
    }
  }
  const measured: Measured = new Map(field.map(({ name, figures }) => [name, figures]));
  const python = bytes.length <= plan.pythonUpTo ? inPython(bytes.length) : undefined;
  if (python !== undefined) measured.set(PYTHON, python);
  return measured;
}

/** Warms up and determines how many calls fill a sample. */
function calibrate(work: Work, milliseconds: number): number {
  let calls = 1;
  while (timed(work, calls) * calls < milliseconds * 1e6) calls *= 2;
  return calls;
}

/** Nanoseconds per call, after some calls to warm the caches: with 12 MiB, one call only brings back half. */
function timed(work: Work, calls: number): number {
  const end = process.hrtime.bigint() + LONG_WARM_UP;
  for (let i = 0; i < WARM_UPS && (i === 0 || process.hrtime.bigint() < end); i++) work();
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) work();
  return Number(process.hrtime.bigint() - start) / calls;
}

function inPython(size: number): Figures | undefined {
  const figures: Figures = { encode: [], decode: [] };
  try {
    for (let round = 0; round < SLOW_ROUNDS; round++) {
      const answer = JSON.parse(execFileSync("python3", [SCRIPT, String(size)], { encoding: "utf8" }));
      figures.encode.push(answer.encode / size);
      figures.decode.push(answer.decode / size);
    }
    return figures;
  } catch {
    console.log("  no python3 here: the Python original is left out");
    return undefined;
  }
}
