import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { BabaError } from "@baba/node";

/** Sends a message to the parent; it is in the pipe when this returns. */
export function say(message: unknown): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

/** The parent's messages, until it ends the input. */
export async function* commands(): AsyncGenerator<unknown, void, undefined> {
  for await (const line of createInterface({ input: process.stdin })) yield JSON.parse(line);
}

/** A signal that is aborted when the parent wants this process to stop, or has died. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  process.stdin.once("end", () => controller.abort()).resume();
  return controller.signal;
}

/** The stable code of an error. @throws the error itself if it has none, as it was not expected */
export function codeOf(error: unknown): string {
  if (error instanceof BabaError) return error.code;
  throw error;
}

/** Nanoseconds since `origin`, on the clock that all processes of a machine share. */
export function clockSince(origin: string): () => number {
  const start = BigInt(origin);
  return () => Number(process.hrtime.bigint() - start);
}
