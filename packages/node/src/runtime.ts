import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as after, setImmediate as immediate } from "node:timers/promises";
import type { Runtime } from "@baba/core";
import { nodeCompression } from "./crypto/node-compression.ts";
import { nodeCrypto } from "./crypto/node-crypto.ts";
import { nodeFileSystem } from "./file-system/index.ts";
import { openLogFile } from "./log-file.ts";
import { writeToTerminal } from "./terminal.ts";

/**
 * What Node.js (and Bun) supplies to the core.
 *
 * @example
 * ```ts
 * import { assemble, Database, nodeRuntime } from "@baba/node";
 * import * as v from "valibot";
 * const lines: string[] = [];
 * const context = assemble({ ...nodeRuntime, terminal: (line) => void lines.push(line) });
 * const db = new Database(v.object({ id: v.number() }), { directory: "data" }, context);
 * await db.asyncSession((session) => session.add({ id: 1 }));
 * await db.close();
 * console.log(lines.at(-1)); // [BABA (INFO)] LOG: Committed 1 record written, 0 deleted
 * ```
 */
export const nodeRuntime: Runtime = {
  absolute: (path) => resolve(path),
  fileSystem: nodeFileSystem,
  crypto: nodeCrypto,
  compression: nodeCompression,
  terminal: writeToTerminal,
  logFile: openLogFile,
  now: () => Date.now(),
  elapsed: () => performance.now(),
  turn,
  sleep: (milliseconds) => after(milliseconds),
  idle: (milliseconds) => after(milliseconds, undefined, { ref: false }),
};

/** After input, the first immediate runs before the timers that are due; the second does not. */
async function turn(): Promise<void> {
  await immediate();
  await immediate();
}
