import type { Breathe } from "../runtime/event-loop.ts";

/** How many entries to handle before yielding: under a millisecond's work, even before it is compiled. */
export const PIECE = 128;

/**
 * Does `work` for each entry that a map has now, in order, yielding between pieces. Goes over two arrays, as
 * a map's iterator allocates objects for each entry, which make up much of a large commit's garbage.
 */
export async function inPieces<T>(
  map: ReadonlyMap<string, T>,
  breathe: Breathe,
  work: (name: string, value: T | undefined) => void,
): Promise<void> {
  if (map.size <= PIECE) return map.forEach((value, name) => void work(name, value));
  const names = [...map.keys()];
  const values = [...map.values()];
  let i = 0;
  for (let name = names[i]; name !== undefined; name = names[++i]) {
    const pause = i > 0 && i % PIECE === 0 ? breathe() : undefined;
    if (pause !== undefined) await pause;
    work(name, values[i]);
  }
}
