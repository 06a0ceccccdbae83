/** How many entries are worked on before others may have their turn: less than a millisecond's work, where it is not compiled yet. */
export const PIECE = 128;
/** Lets others have their turn, unless they had it a moment ago: then there is nothing to wait for. */
export type Turn = () => Promise<void> | undefined;

/**
 * Does something with each entry that a map has now, in order, in pieces between which others have their turn. By two lists of
 * what is in it: a map's iterator makes objects for each entry, which are much of a large commit's garbage.
 */
export async function inPieces<T>(
  map: ReadonlyMap<string, T>,
  turn: Turn,
  work: (name: string, value: T | undefined) => void,
): Promise<void> {
  if (map.size <= PIECE) return map.forEach((value, name) => void work(name, value));
  const names = [...map.keys()];
  const values = [...map.values()];
  let i = 0;
  for (let name = names[i]; name !== undefined; name = names[++i]) {
    const pause = i > 0 && i % PIECE === 0 ? turn() : undefined;
    if (pause !== undefined) await pause;
    work(name, values[i]);
  }
}
