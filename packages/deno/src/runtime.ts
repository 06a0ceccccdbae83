import { resolve } from "node:path";
import { setImmediate, setTimeout } from "node:timers";
import type { Runtime } from "@baba/core";
import { denoCompression, denoCrypto } from "./crypto/index.ts";
import { drain } from "./file-system/files.ts";
import { denoFileSystem } from "./file-system/index.ts";
import { openLogFile } from "./log-file.ts";

const utf8 = new TextEncoder();

/**
 * What Deno supplies to the core.
 *
 * @example
 * ```ts
 * import { assemble, Database, denoRuntime } from "@baba/deno";
 * import * as v from "valibot";
 * const lines: string[] = [];
 * const context = assemble({ ...denoRuntime, terminal: (line) => void lines.push(line) });
 * const db = new Database(v.object({ id: v.number() }), { directory: "data" }, context);
 * await db.asyncSession((session) => session.add({ id: 1 }));
 * await db.close();
 * console.log(lines.at(-1)); // [BABA (INFO)] LOG: Committed 1 record written, 0 deleted
 * ```
 */
export const denoRuntime: Runtime = {
  absolute: (path) => resolve(path),
  fileSystem: denoFileSystem,
  terminal: (line) => drain(Deno.stderr, utf8.encode(`${line}\n`)),
  logFile: openLogFile,
  crypto: denoCrypto,
  compression: denoCompression,
  now: () => Date.now(),
  elapsed: () => performance.now(),
  turn,
  sleep: (milliseconds) => new Promise((done) => void setTimeout(done, milliseconds)),
  idle: (milliseconds) => new Promise((done) => Deno.unrefTimer(setTimeout(done, milliseconds))),
};

/**
 * After input, the first immediate runs before the timers that are due; the second does not. (A timer of zero
 * is one of two milliseconds here.)
 */
function turn(): Promise<void> {
  return new Promise((done) => void setImmediate(() => setImmediate(done)));
}
