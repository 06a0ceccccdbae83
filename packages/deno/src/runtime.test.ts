import assert from "node:assert/strict";
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

Deno.test("denoRuntime.random() fills arrays of any length, and returns them", () => {
  for (const length of [0, 1, 65_536, 65_537, 200_000]) {
    const bytes = new Uint8Array(length);
    assert.ok(denoRuntime.random(bytes) === bytes);
    for (let from = 0; from + 1000 <= length; from += 1000)
      assert.ok(
        bytes.subarray(from, from + 1000).some((byte) => byte !== 0),
        `from ${from} of ${length}`,
      );
  }
});
