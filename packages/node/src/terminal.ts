/**
 * Writes a line to standard error. A stream that no longer accepts anything (a pipe whose reader has ended, a
 * file on a full disk) emits an error event, during the write or after it, which ends the program if nobody
 * listens. So this listens, as the console does.
 */
export function writeToTerminal(line: string): void {
  const { stderr } = process;
  const listens = listen();
  stderr.write(`${line}\n`, (error) => {
    if (error) listen();
  });
  // What already listened waits for the event of an earlier line.
  if (listens) stderr.off("error", ignore);
}

/**
 * Only for the next error: errors of others' writes are theirs. Others that listen may not be enough: what
 * passes on a worker thread's output emits the error again if it was the last to listen. Returns whether it
 * did not listen already.
 */
function listen(): boolean {
  const { stderr } = process;
  if (stderr.listeners("error").includes(ignore)) return false;
  stderr.once("error", ignore);
  return true;
}

function ignore(): void {}
