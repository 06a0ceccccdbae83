import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const ROOT: string = fileURLToPath(new URL("../../../../", import.meta.url));
const DENO_MODULE = new URL("../index.ts", import.meta.url).href;
const NODE_MODULE = new URL("../../../node/dist/index.js", import.meta.url).href;
const BUN = `${ROOT}packages/binaries/node_modules/bun/bin/bun.exe`;

/**
 * What a test's program has besides the exports of `@baba/deno` or `@baba/node`: aliases that fit each
 * runtime.
 */
const DENO_START = `import * as baba from "${DENO_MODULE}";
const { BabaDB, FileStorage, denoRuntime: runtime } = baba;`;
const NODE_START = `import * as baba from "${NODE_MODULE}";
const { BabaDB, FileStorage, nodeRuntime: runtime } = baba;`;

/** Takes the write lock of the store in `root`, reports that, and keeps it. */
export const HOLD = `
const storage = new FileStorage(runtime.fileSystem(root), runtime, { report: console.error });
await storage.open();
await storage.hold();
say("held");
await new Promise((resolve) => setTimeout(resolve, 600_000));`;

/** A test's program in its own process, which speaks in lines. It is killed at the end of its block. */
export class Program implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #rest = "";

  constructor(command: string, args: readonly string[], environment: Record<string, string> = {}) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      env: environment,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(this.#process.stderr).text();
  }

  /** The next line that it says. @throws with what it wrote to its standard error, if it ended instead */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { done, value } = await this.#lines.read();
      if (done) throw new Error(`The program said nothing more: ${await this.#errors}`);
      this.#rest += value;
    }
  }

  /** Sends SIGKILL; resolves when the process has ended. */
  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has already ended by itself.
    }
    await this.#process.status;
    await this.#errors;
    await this.#lines.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Runs a program under Deno, with the permissions for `root` plus `flags`, or with `flags` alone. */
export function startDeno(
  root: string,
  text: string,
  flags: readonly string[] = [],
  rights: "no rights" | "all of the folder" = "all of the folder",
): Program {
  const script = write(root, `program-${crypto.randomUUID()}.ts`, DENO_START, text);
  const folder =
    rights === "no rights" || flags.includes("--allow-all")
      ? []
      : [`--allow-read=${root}`, `--allow-write=${root}`];
  const config = join(ROOT, "deno.json");
  const args = ["run", "--no-check", "--no-prompt", `--config=${config}`, ...folder, ...flags, script];
  return new Program(Deno.execPath(), args);
}

/** Runs a program under Node.js. */
export function startNode(root: string, text: string, environment: Record<string, string> = {}): Program {
  const script = write(root, `program-${crypto.randomUUID()}.mjs`, NODE_START, text);
  return new Program("node", [script], environment);
}

/** Runs a program for Node.js under Bun; only if `hasBun`. */
export function startBun(root: string, text: string): Program {
  return new Program(BUN, [write(root, `program-${crypto.randomUUID()}.mjs`, NODE_START, text)]);
}

/** Whether Bun is installed: not every platform has it. */
export function hasBun(): boolean {
  try {
    return Deno.statSync(BUN).isFile;
  } catch {
    return false;
  }
}

/** Written beside the folder, so that nothing of a test is in a store. */
function write(root: string, name: string, start: string, text: string): string {
  const script = join(dirname(root), name);
  const lines = [
    start,
    `const root = ${JSON.stringify(root)};`,
    "const say = (line) => console.log(line);",
    text,
  ];
  Deno.writeTextFileSync(script, lines.join("\n"));
  return script;
}

/** Registers a test that gets the path of a folder that does not exist yet. */
export function inFolder(name: string, work: (root: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const holder = await Deno.makeTempDir({ prefix: "baba-" });
    try {
      await work(join(holder, "root"));
    } finally {
      await Deno.remove(holder, { recursive: true });
    }
  });
}
