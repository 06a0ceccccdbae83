import { closeSync, openSync, readSync } from "node:fs";

/** How long the main thread was ready to run and had no processor. */
export type RunQueue = {
  /** Milliseconds until now. */
  waited(): number;
  close(): void;
};

/** Linux tells it: the second number, in nanoseconds. */
const SCHEDULER = "/proc/self/schedstat";
const NANOSECONDS = 1e6;

/** `undefined` where the system does not tell. */
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
