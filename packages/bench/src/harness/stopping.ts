import { constants } from "node:os";

/** Signals that stop a run: a key, another program, and a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Cleans up when a signal stops the process, and ends it then; returns how to stop listening. Further signals
 * change nothing: a key reaches this process from the terminal, and once more from npm.
 */
export function onStop(cleanUp: () => unknown): () => void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    void Promise.resolve()
      .then(cleanUp)
      .catch(console.error)
      .finally(() => process.exit(128 + constants.signals[signal]));
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  };
}
