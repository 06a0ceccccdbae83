import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "baba-terminal-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The path of a program that has `terminal`. */
function written(text: string): string {
  const module = new URL("../dist/index.js", import.meta.url).href;
  const script = join(folder, "program.mjs");
  writeFileSync(
    script,
    `const { terminal } = (await import(${JSON.stringify(module)})).nodeRuntime;\n${text}`,
  );
  return script;
}

/** Runs a program whose standard error cannot be written to; returns what it says, and its status. */
function program(text: string): { readonly said: string; readonly status: number | null } {
  const script = written(text);
  const readOnly = openSync(script, "r");
  try {
    const { stdout, status } = spawnSync(process.execPath, [script], { stdio: ["ignore", "pipe", readOnly] });
    return { said: stdout.toString(), status };
  } finally {
    closeSync(readOnly);
  }
}

test.each([
  ["at once", "next();"],
  ["before the failure of the first is an event", "process.nextTick(next);"],
  ["after a promise", "await undefined; next();"],
  ["in a later turn", "setImmediate(next);"],
])("terminal() ends no program if no line can be written, and the next one comes %s", (_, when) => {
  const next = `const next = () => { terminal("two"); setTimeout(() => console.log("alive")); };`;
  expect(program(`${next} terminal("one"); ${when}`)).toEqual({ said: "alive\n", status: 0 });
});

test("terminal() ends no program if no line can be written while threads, whose output is passed on, run", () => {
  const start = `const { Worker } = await import("node:worker_threads");
    const workers = [1, 2].map(() => new Worker("setInterval(() => undefined, 1000)", { eval: true }));
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("online", resolve))));
    const end = () => Promise.all(workers.map((worker) => worker.terminate()));`;
  const end = program(`${start} terminal("one"); setTimeout(() => end().then(() => console.log("alive")));`);
  expect(end).toEqual({ said: "alive\n", status: 0 });
});

test("terminal() leaves the failures of others to them", () => {
  const end = program(`terminal("one"); setTimeout(() => process.stderr.write("two"), 1);`);
  expect(end.status).not.toBe(0);
});

test("terminal() leaves no listener behind once its lines are written", () => {
  const count = `console.log(process.stderr.listenerCount("error"))`;
  const script = written(`for (const line of ["one", "two", "three"]) terminal(line);
    setImmediate(() => terminal("four"));
    process.stderr.write("", () => setImmediate(() => setImmediate(() => ${count})));`);
  const { stdout, stderr } = spawnSync(process.execPath, [script]);
  expect([stdout.toString(), stderr.toString()]).toEqual(["0\n", "one\ntwo\nthree\nfour\n"]);
});
