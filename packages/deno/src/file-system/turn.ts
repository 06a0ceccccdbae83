import { setImmediate } from "node:timers";

/** Milliseconds that synchronous work may take of one turn of the event loop, all adapters together. */
const BUDGET = 1;

let spent = 0;
let scheduled = false;
let waiting: (() => void)[] = [];

/**
 * Does short work synchronously, on the calling thread, as soon as the turn's budget allows: at once
 * where little was done in this turn, in a later turn otherwise. So a thousand small calls in a row
 * cost what their system calls cost, and timers and input have their turn between them.
 *
 * @param work gets the time (of `performance.now()`) by which it should stop
 */
export function withinTurn<T>(work: (deadline: number) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const task = (): void => {
      const started = performance.now();
      try {
        resolve(work(started + BUDGET - spent));
      } catch (error) {
        reject(error);
      }
      spent += performance.now() - started;
    };
    if (spent < BUDGET && waiting.length === 0) task();
    else waiting.push(task);
    schedule();
  });
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(nextTurn);
}

function nextTurn(): void {
  scheduled = false;
  spent = 0;
  let done = 0;
  while (done < waiting.length && spent < BUDGET) {
    waiting[done]?.();
    done += 1;
  }
  // Cut off once a turn: to shift one by one would cost the square of their number.
  waiting = waiting.slice(done);
  if (waiting.length > 0 || spent > 0) schedule();
}
