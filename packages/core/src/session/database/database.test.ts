import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { decode } from "../../codec/index.ts";
import { BabaError } from "../../errors.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { type MemoryRuntime, memoryRuntime } from "../../testing/memory-runtime.ts";
import {
  SimulatedDisk,
  SimulatedMachine,
  type SimulatedProcess,
  simulatedFileSystem,
  simulatedRuntime,
} from "../../testing/simulation/index.ts";
import type { BabaOptions } from "../options.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const City = v.object({ id: v.string(), size: v.number() });
const alice = { id: 1, name: "Alice" };

function open(options: BabaOptions = {}, runtime: MemoryRuntime = memoryRuntime()) {
  return { db: new Database(Hero, { logging: false, ...options }, assemble(runtime)), runtime };
}

const failure = (code: string) => expect.objectContaining({ code });

test("Database.open() logs at INFO what it has recovered of a process that has ended", async () => {
  const [disk, machine] = [new SimulatedDisk(), new SimulatedMachine()];
  const lines: string[] = [];
  const run = (process: SimulatedProcess) => {
    const runtime = simulatedRuntime(simulatedFileSystem(disk, { process }), {
      terminal: (line) => lines.push(line),
    });
    return new Database(Hero, { directory: "data" }, assemble(runtime));
  };
  const dead = machine.start("dead");
  await run(dead).asyncSession((session) => session.add(alice));
  dead.kill();
  const db = run(machine.start("next"));
  expect(await db.asyncSession((session) => session.count())).toBe(1);
  await db.close();
  expect(lines).toContain("[BABA (INFO)] LOG: Recovered commits that were left unfinished: 1.");
});

describe("Database", () => {
  test("open() says in its own words that the directory cannot be reached", async () => {
    const cases = {
      EACCES: ["BABA_PERMISSION", "give this process the right to do so, or use another directory."],
      ELOOP: [
        "BABA_NOT_A_FOLDER",
        "a symbolic link on the path to it is broken or circular; fix it, or use another directory.",
      ],
      ENAMETOOLONG: [
        "BABA_NAME",
        "the whole path is longer than the system allows; choose shorter names, or a directory closer to the root.",
      ],
    };
    for (const [posix, [code = "", advice]] of Object.entries(cases)) {
      const files = memoryFileSystem();
      files.identity = () => Promise.reject(Object.assign(new Error("no way"), { code: posix }));
      const { db } = open({}, { ...memoryRuntime(), fileSystem: () => files });
      const message = `.: cannot open the directory (${posix}): ${advice}`;
      await expect(db.open()).rejects.toEqual(expect.objectContaining({ code, message, record: "." }));
    }
  });

  test("constructor refuses options that do not exist or contradict one another, at run time", () => {
    const cases: readonly unknown[] = [
      { passphrase: "secret", key: new Uint8Array(32) },
      { passphrase: "secret", fingerprint: "0".repeat(32) },
      { key: new Uint8Array(31) },
      { identity: "x" },
      { nonsense: 1 },
      { directory: "" },
      { directory: "file:///data" },
      { directory: "file:/data" },
      { directory: "FILE:/data" },
      { directory: "a\0b" },
      { directory: 7 },
      { logLevel: "loud" },
      { logLevel: null },
      { durability: "none" },
      { settle: "never" },
      { logging: 7 },
      null,
      7,
      [],
    ];
    for (const options of cases) {
      // @ts-expect-error none of these is an option
      expect(() => new Database(Hero, options, assemble(memoryRuntime()))).toThrow(failure("BABA_OPTION"));
    }
    const schema: unknown = {};
    // @ts-expect-error not a schema
    expect(() => new Database(schema, {}, assemble(memoryRuntime()))).toThrow(failure("BABA_OPTION"));
  });

  test("constructor refuses an object that has no option at all, such as a promise of options", () => {
    class Misspelt {
      get passfrase() {
        return "secret";
      }
    }
    const passphrase = "secret";
    const cases: readonly unknown[] = [
      Promise.resolve({ passphrase }),
      new Map([["passphrase", passphrase]]),
      Object.create({ passfrase: "secret" }),
      new Misspelt(),
    ];
    for (const options of cases) {
      // @ts-expect-error none of these is options
      const make = () => new Database(Hero, options, assemble(memoryRuntime()));
      expect(make).toThrow(failure("BABA_OPTION"));
      expect(make).toThrow(/ none of the options .* await it/);
    }
    for (const none of [{}, Object.create(null), Object.create({ passphrase })])
      expect(() => new Database(Hero, none, assemble(memoryRuntime()))).not.toThrow();
  });

  test("constructor takes a path that only looks like a URL", () => {
    for (const directory of ["./file:/data", "file:", "file:data", "profile:/data"])
      expect(() => open({ directory })).not.toThrow();
  });

  test("constructor says in its own words that the place of a relative directory is unknown", () => {
    const absolute = () => {
      throw new Error("no working directory");
    };
    const runtime = { ...memoryRuntime(), absolute };
    expect(() => open({ directory: "data" }, runtime)).toThrow(
      expect.objectContaining({
        code: "BABA_IO",
        message: expect.stringMatching(/^data: .*absolute path\.$/),
      }),
    );
  });

  test("constructor does no I/O, and an empty commit writes nothing", async () => {
    const { db, runtime } = open();
    expect(runtime.volumes.size).toBe(0);
    await db.asyncSession(async (session) => {
      expect(await session.count()).toBe(0);
    });
    expect(await memoryFileSystem(runtime.volumes.get(".")).list(".")).toBeUndefined();
    await db.close();
  });

  test("close() closes once, and every use after it is refused with BABA_CLOSED", async () => {
    const { db } = open();
    const session = db.asyncSession();
    await Promise.all([db.close(), db.close()]);
    expect(() => db.asyncSession()).toThrow(failure("BABA_CLOSED"));
    await expect(db.asyncSession(async () => {})).rejects.toEqual(failure("BABA_CLOSED"));
    await expect(db.open()).rejects.toEqual(failure("BABA_CLOSED"));
    await expect(session.add(alice).then(() => session.commit())).rejects.toEqual(failure("BABA_CLOSED"));
  });

  test("close() waits for sessions under way", async () => {
    const { db, runtime } = open();
    const work = db.asyncSession((session) => session.add(alice));
    await db.close();
    await work;
    const again = open({}, runtime).db;
    expect(await again.asyncSession((session) => session.count())).toBe(1);
    await again.close();
  });

  test("close() waits for a session whose callback calls it before it waits for anything", async () => {
    const { db, runtime } = open();
    let closing: Promise<void> | undefined;
    await db.asyncSession(async (session) => {
      closing = db.close();
      await session.add(alice);
    });
    await closing;
    const again = open({}, runtime).db;
    expect(await again.asyncSession((session) => session.count())).toBe(1);
    await again.close();
  });

  test("close() waits for the reads of a session without a callback, and ends its streams", async () => {
    const runtime = memoryRuntime();
    const key = new Uint8Array(32).fill(3);
    const filled = open({ key }, runtime).db;
    await filled.asyncSession(async (session) => {
      for (let id = 0; id < 1000; id++) await session.add({ id, name: `Hero ${id}` });
    });
    await filled.close();
    const { db } = open({ key }, runtime);
    const session = db.asyncSession();
    await session.exists("1.baba");
    const all = session.all(".", Hero, { unreadable: "skip" });
    const streamed: number[] = [];
    const streaming = (async () => {
      for await (const { record } of session.stream(".", Hero, { unreadable: "skip" }))
        streamed.push(record.id);
    })();
    await Promise.all([db.close(), expect(streaming).rejects.toEqual(failure("BABA_CLOSED"))]);
    expect(await all).toHaveLength(1000);
  });

  test("constructor takes its options once, from wherever the object has them", async () => {
    const runtime = memoryRuntime();
    class Config {
      directory = "secrets";
      logging = false;
      get key() {
        return new Uint8Array(32).fill(3);
      }
    }
    const options = new Config();
    const db = new Database(Hero, options, assemble(runtime));
    options.directory = "elsewhere";
    await db.asyncSession((session) => session.add(alice));
    await db.close();
    expect(await runtime.fileSystem("elsewhere").list(".")).toBeUndefined();
    const [text] = await runtime.fileSystem("secrets").read(["1.baba"]);
    expect(text instanceof Uint8Array && decode(text)[0]).toBe(1);
  });

  test("open() and other calls each log once that the store cannot be opened", async () => {
    const runtime = memoryRuntime();
    await runtime.fileSystem(".").makeFolder(".baba");
    await runtime.fileSystem(".").create([{ path: ".baba/store.json", bytes: new Uint8Array(3) }]);
    const db = open({ logging: undefined, logLevel: "error" }, runtime).db;
    const uses = [
      () => db.open(),
      () => db.asyncSession((session) => session.count()),
      () => db.verify(),
      () => db.forceUnlock(),
    ];
    for (const [i, use] of uses.entries()) {
      await expect(use()).rejects.toThrow(BabaError);
      expect(runtime.terminalLines).toHaveLength(i + 1);
    }
    await db.close();
  });

  test("asyncSession() of two databases of one folder uses one storage, and sees the other's commits", async () => {
    const runtime = memoryRuntime();
    const context = assemble(runtime);
    const heroes = new Database(Hero, { logging: false }, context);
    const cities = new Database(City, { logging: false }, context);
    await heroes.asyncSession((session) => session.add(alice));
    await cities.asyncSession((session) => session.add({ id: "oslo", size: 1 }));
    expect(await heroes.asyncSession((session) => session.count())).toBe(2);
    await heroes.close();
    expect(await cities.asyncSession((session) => session.exists("1.baba"))).toBe(true);
    await cities.close();
  });

  test("asyncSession() warns once that records are not encrypted, and logs operations but no values", async () => {
    const { db, runtime } = open({ logging: undefined, logLevel: "debug" });
    await db.asyncSession(async (session) => {
      await session.add({ id: 1, name: "SECRET-NAME" });
      const wrong: unknown = { id: "SECRET-ID", name: 5 };
      // @ts-expect-error not a hero
      await session.add(wrong).catch(() => undefined);
      await session.all();
    });
    await db.close();
    const lines = runtime.terminalLines;
    expect(lines.every((line) => /^\[BABA \((DEBUG|INFO|WARNING|ERROR)\)\] LOG: /.test(line))).toBe(true);
    expect(lines.filter((line) => line.includes("not encrypted"))).toHaveLength(1);
    expect(lines.join("\n")).not.toContain("SECRET");
    for (const event of ["Committed", "Read all", "BABA_VALIDATION"])
      expect(lines.join("\n")).toContain(event);
  });

  test("asyncSession() refuses bad arguments with BABA_OPTION", async () => {
    const { db } = open();
    const refused = { code: "BABA_OPTION" };
    await expect(db.asyncSession(async () => {}, { retries: -1 })).rejects.toMatchObject(refused);
    // @ts-expect-error options without a function would have no effect
    expect(() => db.asyncSession(undefined, { retries: 1 })).toThrow(expect.objectContaining(refused));
    await db.close();
  });
});

test("Database logs what the store cannot tell a caller, in every database that has the store open", async () => {
  const runtime = memoryRuntime();
  const context = assemble(runtime);
  const lines: string[] = [];
  const line = (text: string) => void lines.push(text);
  const logging = { debug: line, info: line, warn: line, error: line };
  const silent = new Database(Hero, { logging: false }, context);
  await silent.asyncSession((session) => session.add({ id: 0, name: "Zoe" }));
  const told = new Database(Hero, { logging, logLevel: "error", settle: "background" }, context);
  await told.asyncSession((session) => session.add(alice));
  const files = runtime.fileSystem(".");
  await files.makeFolder("1.baba");
  while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(lines[0]).toContain("1.baba");
  await silent.close();
  await files.remove(["1.baba"]).catch(() => undefined);
  await told.close();
});
