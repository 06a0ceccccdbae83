import { closeSync, openSync, readSync } from "node:fs";

/** Measures how long the main thread was ready to run but had no processor. */
export type RunQueue = {
  /** Milliseconds so far. */
  waited(): number;
  close(): void;
};

/** On Linux, its second number is this time in nanoseconds. */
const SCHEDULER = "/proc/self/schedstat";
const NANOSECONDS = 1e6;

/** `undefined` if the system does not provide it. */
export function openRunQueue(path: string = SCHEDULER): RunQueue | undefined {
  const room = Buffer.alloc(128);
  try {
    const descriptor = openSync(path, "r");
    return {
      waited() {
        const text = room.toString("latin1", 0, readSync(descriptor, room, 0, room.length, 0));
        return Number(text.split(" ")[1]) / NANOSECONDS;
      },
      close: () => closeSync(descriptor),
    };
  } catch {
    return undefined;
  }
}
