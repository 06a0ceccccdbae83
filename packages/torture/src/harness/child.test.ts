import { expect, test } from "vitest";
import { Child, killAllNow } from "./child.ts";
import type { Runtime } from "./runtime.ts";

const MISSING: Runtime = { name: "nothing", command: "/nowhere/at/all", options: () => [] };
const ENDLESS: Runtime = {
  name: "Node.js",
  command: process.execPath,
  options: () => ["-e", "process.stdin.resume()"],
};

test("Child.kill() rejects if the child has ended by itself before", async () => {
  // There is no program beside the sources, so it fails.
  const child = new Child("none", null);
  await child.exited;
  await expect(child.kill()).rejects.toThrow(/^none on Node\.js ended \(1\) before it was killed: /);
  expect(await child.end()).toEqual({ code: 1, signal: null });
});

test("Child that cannot be started says so to whoever waits for it, and ends nothing else", async () => {
  const child = new Child("none", null, MISSING);
  killAllNow();
  child.send({});
  await expect(child.hasBegun()).rejects.toThrow(/^none on nothing could not be started: .*ENOENT/);
  await expect(child.finish()).rejects.toThrow("could not be started");
  await expect(child.kill()).rejects.toThrow("could not be started");
  expect(await child.exited).toEqual({ code: null, signal: null });
});

test("Child.ended() rejects if the child does not end in time, although it is killed then", async () => {
  const child = new Child("none", null, ENDLESS);
  await expect(child.ended(1)).rejects.toThrow("none on Node.js ended (SIGKILL) as it went on for too long");
});
