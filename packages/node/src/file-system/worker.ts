import { parentPort } from "node:worker_threads";
import { buffersOf, jobs } from "./jobs.ts";
import { type Call, packError, type Reply } from "./wire.ts";

const port = parentPort;
if (port === null) throw new Error("This module runs in a thread only.");

port.on("message", ({ id, job, input }: Call) => {
  try {
    const result: unknown = Reflect.apply(jobs[job as keyof typeof jobs], undefined, input);
    port.postMessage({ kind: "result", id, result } satisfies Reply, buffersOf(result));
  } catch (error) {
    port.postMessage({ kind: "error", id, error: packError(error) } satisfies Reply);
  }
});
port.postMessage({ kind: "ready" } satisfies Reply);
