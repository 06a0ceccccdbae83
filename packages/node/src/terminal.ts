/**
 * Writes a line to the standard error. A stream that takes nothing any more (a pipe whose reader has ended, a file on a full
 * disk) tells so by an event, at the write or after it, which ends the program where nobody listens: as with the console,
 * somebody does.
 */
export function writeToTerminal(line: string): void {
  const { stderr } = process;
  listen();
  stderr.write(`${line}\n`, (error) => {
    if (error) listen();
  });
  stderr.off("error", ignore);
}

/** For the next error alone, where nobody else does: what others write is theirs. */
function listen(): void {
  if (process.stderr.listenerCount("error") === 0) process.stderr.once("error", ignore);
}

function ignore(): void {}
