import { stat } from "node:fs";
import { setImmediate } from "node:timers";
import { runtimeSuite } from "@baba/core/testing";
import { denoRuntime } from "./runtime.ts";

runtimeSuite((name, work) => Deno.test(`denoRuntime: ${name}`, work), {
  runtime: denoRuntime,
  phases: {
    input: (call) => stat(Deno.makeTempDirSync(), call),
    "an immediate": (call) => void setImmediate(call),
  },
});
