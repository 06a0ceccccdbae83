import { setTimeout } from "node:timers";
import { CROWDED_PAUSES, errorOf, isCrowded } from "@baba/core/adapter";
import { withinTurn } from "./turn.ts";

/** Items taken up in one go: more than a turn has time for. */
const MOST_A_TURN = 512;

type Chunk = { readonly at: number; readonly error?: Error };

/**
 * Does short synchronous work for each item, in order, over as many turns of the event loop as it takes.
 * Deno's synchronous calls cost a few microseconds and its asynchronous ones a multiple, so this is the fast
 * way for a batch of any size, and leaves the event loop free between the turns.
 *
 * @param work is called again for the same item if too many files were open
 * @param failed receives an item's error, and the batch goes on; without it the error ends the batch
 */
export async function inTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => void,
  failed?: (error: Error, index: number) => void,
): Promise<void> {
  let attempts = 0;
  let from = 0;
  while (from < items.length) {
    const { at, error } = await withinTurn((deadline) => chunk(items, from, work, deadline));
    if (at > from) attempts = 0;
    from = at;
    if (error === undefined) continue;
    const pause = isCrowded(error) ? CROWDED_PAUSES[attempts++] : undefined;
    if (pause !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, pause));
    } else {
      if (failed === undefined) throw error;
      failed(error, from);
      from += 1;
    }
  }
}

/** One piece of short synchronous work, in a turn that has time for it. */
export async function inTurn<T>(work: () => T): Promise<T> {
  const results: T[] = [];
  await inTurns([work], (job) => void results.push(job()));
  return results[0] as T; // Otherwise it would have thrown.
}

/**
 * Works on items until the deadline, at least one; returns where it stopped, and the error that stopped it.
 */
function chunk<T>(
  items: readonly T[],
  from: number,
  work: (item: T, index: number) => void,
  deadline: number,
): Chunk {
  let at = from;
  try {
    for (const item of items.slice(from, from + MOST_A_TURN)) {
      if (at > from && performance.now() > deadline) break;
      work(item, at);
      at += 1;
    }
    return { at };
  } catch (thrown) {
    return { at, error: errorOf(thrown) };
  }
}
