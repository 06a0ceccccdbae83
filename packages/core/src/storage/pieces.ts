/** How many items are worked on before others have their turn: less than a millisecond's work, where it is not compiled yet. */
const PIECE = 128;

/** Does something with each item, in order, in pieces between which others have their turn. */
export async function inPieces<T>(
  items: Iterable<T>,
  turn: () => Promise<void>,
  work: (item: T) => void,
): Promise<void> {
  let left = PIECE;
  for (const item of items) {
    if (left === 0) {
      await turn();
      left = PIECE;
    }
    work(item);
    left -= 1;
  }
}
