import { spawn } from "node:child_process";

/** What a program said and how it ended. */
export type Run = { readonly output: string; readonly errors: string; readonly code: number | null };

/**
 * Runs a program to its end in a working directory that is also its folder for temporary files, with
 * nothing on its standard input and no colours.
 */
export function run(program: string, args: readonly string[], cwd: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: "1", TMPDIR: cwd, TEMP: cwd, TMP: cwd };
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env });
    const texts = { output: "", errors: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      texts.output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      texts.errors += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...texts, code }));
  });
}
