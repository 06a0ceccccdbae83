import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BabaDB } from "../index.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
/** What the programs consist of and how they are run: by Deno, if it runs the tests. */
const ON_DENO = process.versions.deno !== undefined;
const MODULE = new URL(ON_DENO ? "../../../deno/src/index.ts" : "../../dist/index.js", import.meta.url).href;
const VALIBOT = new URL("../../node_modules/valibot/dist/index.mjs", import.meta.url).href;
const CONFIG = fileURLToPath(new URL("../../../../deno.json", import.meta.url));
const WORDS = ON_DENO ? ["run", "--allow-all", "--no-check", `--config=${CONFIG}`] : [];
const PRELUDE = `
  import { BabaDB } from "${MODULE}";
  import process from "node:process";
  import * as v from "${VALIBOT}";
  const open = (options) => new BabaDB(v.object({ id: v.number(), name: v.string() }), { logging: false, ...options });
  const add = (db, count) => db.asyncSession(async (session) => {
    for (let id = 0; id < count; id++) await session.add({ id, name: "Hero " + id });
  });
`;

let directory: string;
let scripts: string;
beforeEach(() => {
  scripts = mkdtempSync(join(tmpdir(), "baba-programs-"));
  directory = mkdtempSync(join(tmpdir(), "baba-processes-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
  rmSync(scripts, { recursive: true });
});

type Ended = { readonly code: number | null; readonly signal: string | null; readonly output: string };

/** Runs a program in another process, which gets `directory`. */
function run(program: string, started: (child: ReturnType<typeof start>) => void = () => {}): Promise<Ended> {
  const script = join(scripts, "program.mjs");
  writeFileSync(script, `${PRELUDE} const directory = ${JSON.stringify(directory)}; ${program}`);
  return new Promise((resolve, reject) => {
    const child = start(script);
    started(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, output: output.trim() }));
  });
}

function start(script: string) {
  return spawn(process.execPath, [...WORDS, script]);
}

async function count(): Promise<number> {
  const db = new BabaDB(Hero, { directory, logging: false });
  const counted = await db.asyncSession((session) => session.count());
  await db.close();
  return counted;
}
const recordFiles = () => readdirSync(directory).filter((name) => /^\d+\.baba$/.test(name)).length;

vi.setConfig({ testTimeout: 60_000 });

describe("section 4: a process that ends without close()", () => {
  const programs: Readonly<Record<string, [program: string, end: Partial<Ended>]>> = {
    "by itself": ["await add(open({ directory }), 20);", { code: 0, output: "" }],
    "by itself, not awaiting": ["add(open({ directory }), 20);", { code: 0, output: "" }],
    "by itself, its files on their way": [
      'await add(open({ directory, settle: "background", durability: "relaxed" }), 20);',
      { code: 0, output: "" },
    ],
    "by exit": [
      'await add(open({ directory, settle: "background" }), 20); process.exit(3);',
      { code: 3, output: "" },
    ],
    "by SIGKILL": [
      'await add(open({ directory, settle: "background" }), 20); process.kill(process.pid, "SIGKILL");',
      { signal: "SIGKILL" },
    ],
    "by an exception": ['await add(open({ directory }), 20); throw new Error("mine");', { code: 1 }],
  };
  test.each(Object.keys(programs))("loses nothing of a committed add() if it ends %s", async (name) => {
    const own = join(directory, "own", name);
    const [program = "", end] = programs[name] ?? [];
    const ended = await run(`{ const directory = ${JSON.stringify(own)}; ${program} }`);
    expect(ended).toMatchObject(end ?? {});
    const db = new BabaDB(Hero, { directory: own, logging: false });
    expect(await db.asyncSession((session) => session.count())).toBe(20);
    await db.close();
    expect(readdirSync(own).filter((file) => /^\d+\.baba$/.test(file))).toHaveLength(20);
    expect(readdirSync(join(own, ".baba", "tmp"))).toEqual([]);
  });

  test("keeps nothing of an add() that was not committed, and ends beside it and an open()", async () => {
    const ended = await run(`
      const db = open({ directory });
      await db.open();
      await add(db, 2);
      const session = db.asyncSession();
      await session.add({ id: 7, name: "never" });
      for await (const one of session.stream()) break;
    `);
    expect(ended).toEqual({ code: 0, signal: null, output: "" });
    expect([await count(), recordFiles()]).toEqual([2, 2]);
  });
});

describe("section 2: the options of new BabaDB(), in a program", () => {
  test("directory is any path: with spaces, quotes and other scripts, relative, with a slash at its end", async () => {
    const names = ["with space", "ünï — 日本 😀", "a'b\"c$d`e", "-dash", "#hash?query%20", "./rel/"];
    mkdirSync(join(directory, "work"));
    const ended = await run(`
      process.chdir(directory + "/work");
      for (const name of ${JSON.stringify(names)}) { const db = open({ directory: name }); await add(db, 1); await db.close(); }
      const db = open(); await add(db, 1); await db.close();
    `);
    expect(ended).toEqual({ code: 0, signal: null, output: "" });
    for (const name of [...names, "."])
      expect(existsSync(join(directory, "work", name, "0.baba")), name).toBe(true);
  });

  test("directory is resolved when the database is made, against the working directory of that time", async () => {
    const ended = await run(`
      process.chdir(directory);
      const [first, second] = [open({ directory: "a" }), open({ directory: "b" })];
      await second.open();
      process.chdir("/");
      await add(first, 1);
      await add(second, 1);
      await first.close();
      await second.close();
    `);
    expect(ended).toEqual({ code: 0, signal: null, output: "" });
    for (const name of ["a", "b"]) expect(existsSync(join(directory, name, "0.baba")), name).toBe(true);
  });

  test.skipIf(process.platform === "win32")(
    "directory is refused by its code if it is seen from a working directory that was removed",
    async () => {
      const ended = await run(`
        import { mkdirSync, rmdirSync } from "node:fs";
        mkdirSync(directory + "/gone");
        process.chdir(directory + "/gone");
        rmdirSync(directory + "/gone");
        try { open(); } catch ({ code }) { console.log(code); }
        const db = open({ directory });
        await add(db, 1);
        await db.close();
      `);
      expect(ended).toEqual({ code: 0, signal: null, output: "BABA_IO" });
    },
  );

  test("logging: true leaves no descriptor and no listener behind, however many databases there were", async () => {
    const ended = await run(`
      import { readdirSync } from "node:fs";
      process.chdir(directory);
      const descriptors = () => process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
      const listeners = () => [process, process.stdout, process.stderr]
        .flatMap((emitter) => emitter.eventNames().flatMap((name) => emitter.listeners(name))).length;
      let before, listenersBefore;
      for (let i = 0; i < 20; i++) {
        const db = open({ directory: "data", logging: true });
        await add(db, 1);
        await db.close();
        before ??= descriptors();
        listenersBefore ??= listeners();
      }
      console.log(descriptors() - before < 10, listeners() - listenersBefore);
    `);
    expect(ended).toEqual({ code: 0, signal: null, output: "true 0" });
  });

  test("logging goes to the standard error by default, one line an event, and never to the standard output", async () => {
    const ended = await run(`
      console.error = () => {}; console.log = () => {};
      process.stdout.write = () => { throw new Error("written to the standard output"); };
      const db = open({ directory, logging: undefined });
      await add(db, 1);
      await db.close();
    `);
    expect(ended.code, ended.output).toBe(0);
    const lines = ended.output.split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^\[BABA \(WARNING\)\] LOG: Opened .* without a key/);
    expect(lines[1]).toBe("[BABA (INFO)] LOG: Committed 1 record written, 0 deleted");
  });

  test("logging throws nothing if nobody reads the standard error any more", async () => {
    const program = `
      const db = open({ directory, logging: undefined });
      for (let i = 0; i < 20; i++) { await add(db, 1); await new Promise((resolve) => setTimeout(resolve, 5)); }
      await db.close();
      console.log("done");
    `;
    const ended = await run(program, (child) => child.stderr.destroy());
    expect(ended).toEqual({ code: 0, signal: null, output: "done" });
  });
});
