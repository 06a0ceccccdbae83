import { expect, test } from "vitest";
import { Child } from "./child.ts";

test("Child.kill() rejects if the child has ended by itself before", async () => {
  // There is no program beside the sources, so it fails.
  const child = new Child("none", null);
  await child.exited;
  await expect(child.kill()).rejects.toThrow(/^none on Node\.js ended \(1\) before it was killed: /);
  expect(await child.end()).toEqual({ code: 1, signal: null });
});
