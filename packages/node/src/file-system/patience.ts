import { setTimeout as pause } from "node:timers/promises";
import { CROWDED_PAUSES, isCrowded, systemCode } from "@baba/core/adapter";
import type { Progress } from "./files.ts";

/** The errors on Windows while a virus scanner or an indexer has a file open. */
const HELD: readonly string[] = ["EPERM", "EACCES", "EBUSY"];

/** Whether a rename or a removal may succeed a moment later. */
function isPassing(error: unknown): boolean {
  return isCrowded(error) || (process.platform === "win32" && HELD.includes(systemCode(error) ?? ""));
}

/** Runs an operation of which a failed attempt does nothing; retries while too many files are open. */
export async function patiently<T>(operation: () => Promise<T>): Promise<T> {
  for (const milliseconds of CROWDED_PAUSES) {
    try {
      return await operation();
    } catch (error) {
      if (!isCrowded(error)) throw error;
    }
    await pause(milliseconds);
  }
  return operation();
}

/** Runs a batch to its end, each hop from where the last one stopped; waits out passing errors. */
export async function toTheEnd(count: number, hop: (done: number) => Promise<Progress>): Promise<void> {
  let attempts = 0;
  for (let done = 0; done < count; ) {
    const progress = await hop(done);
    done += progress.done;
    if (progress.done > 0) attempts = 0;
    if (progress.error === undefined) continue;
    const milliseconds = CROWDED_PAUSES[attempts++];
    if (milliseconds === undefined || !isPassing(progress.error)) throw progress.error;
    await pause(milliseconds);
  }
}
