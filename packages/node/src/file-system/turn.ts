import { setImmediate } from "node:timers";
import { TurnBudget } from "@baba/core/adapter";

/** The time budget of this thread's turns. */
export const budget: TurnBudget = new TurnBudget((next) => void setImmediate(next));

/** Does short work synchronously, in a turn of this thread's event loop that has time for it. */
export function withinTurn<T>(work: (deadline: number) => T): Promise<T> {
  return budget.within(work);
}
