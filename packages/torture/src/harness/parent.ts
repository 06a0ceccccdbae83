import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { BabaError } from "@baba/node";

/** Tells the parent one thing; it is in the pipe when this returns. */
export function say(message: unknown): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

/** What the parent sends, until it wants no more. */
export async function* commands(): AsyncGenerator<unknown, void, undefined> {
  for await (const line of createInterface({ input: process.stdin })) yield JSON.parse(line);
}

/** A signal that is aborted when the parent wants this process to stop, or is dead. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  process.stdin.once("end", () => controller.abort()).resume();
  return controller.signal;
}

/** The stable code of an error. @throws one that has none: it was not expected */
export function codeOf(error: unknown): string {
  if (error instanceof BabaError) return error.code;
  throw error;
}

/** Nanoseconds since `origin` on the clock that all processes of a machine share. */
export function clockSince(origin: string): () => number {
  const start = BigInt(origin);
  return () => Number(process.hrtime.bigint() - start);
}
