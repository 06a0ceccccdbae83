// What the demonstration looks like: numbered steps with their times, and aligned columns.

const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold: (text: string) => string = paint(1);
export const dim: (text: string) => string = paint(2);
export const red: (text: string) => string = paint(31);
export const green: (text: string) => string = paint(32);
export const cyan: (text: string) => string = paint(36);

const WIDTH = 76;
let steps = 0;

/** The next steps are counted from this number on. */
export function stepsBegan(before: number): void {
  steps = before;
}

/** Does a step's work, then shows its number, its title and how long it took. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  steps += 1;
  const start = performance.now();
  const result = await work();
  const time = milliseconds(performance.now() - start);
  const head = `${String(steps).padStart(3)}  ${title} `;
  console.log(
    `\n${bold(head)}${dim(`${".".repeat(Math.max(0, WIDTH - head.length - time.length - 1))} ${time}`)}`,
  );
  return result;
}

/** One line below a step. */
export function say(text: string): void {
  console.log(`     ${text}`);
}

/** Rows in aligned columns; cells that are numbers stand to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): void {
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell)),
  );
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  for (const [i, row] of texts.entries()) {
    const cells = row.map((text, column) => {
      const width = widths[column] ?? 0;
      if (typeof rows[i]?.[column] === "number") return text.padStart(width);
      return column === row.length - 1 ? text : text.padEnd(width);
    });
    say(cells.join("  "));
  }
}

/** A time for people. */
export function milliseconds(time: number): string {
  return `${time < 10 ? time.toFixed(1) : time.toFixed(0)} ms`;
}

/** A size for people. */
export function size(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
