/**
 * Writes a line to standard error. A stream that no longer accepts anything (a pipe whose reader has ended, a
 * file on a full disk) emits an error event, during the write or after it, which ends the program if nobody
 * listens. So this listens, as the console does.
 */
export function writeToTerminal(line: string): void {
  const { stderr } = process;
  listen();
  stderr.write(`${line}\n`, (error) => {
    if (error) listen();
  });
  stderr.off("error", ignore);
}

/** Only for the next error, and only if nobody else listens: errors of others' writes are theirs. */
function listen(): void {
  if (process.stderr.listenerCount("error") === 0) process.stderr.once("error", ignore);
}

function ignore(): void {}
