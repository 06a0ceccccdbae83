import { describe, expect, test } from "vitest";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { openLog } from "./log.ts";

describe("openLog()", () => {
  test("writes lines of the level and above to the terminal", () => {
    const runtime = memoryRuntime();
    const log = openLog(undefined, "warning", runtime);
    log.debug(() => "a debug");
    for (const level of ["info", "warning", "error"] as const) log[level](`a ${level}`);
    expect(runtime.terminalLines).toEqual(["[BABA (WARNING)] LOG: a warning", "[BABA (ERROR)] LOG: a error"]);
  });

  test("throws nothing if neither the terminal nor anything else can be written to", () => {
    const terminal = () => {
      throw new Error("the reader has ended");
    };
    const runtime = { ...memoryRuntime(), terminal, logFile: () => terminal };
    for (const target of [undefined, true]) openLog(target, "info", runtime).error("x");
  });

  test("takes info as the default level", () => {
    const runtime = memoryRuntime();
    const log = openLog(undefined, undefined, runtime);
    log.debug(() => "no");
    log.info("yes");
    expect(runtime.terminalLines).toEqual(["[BABA (INFO)] LOG: yes"]);
  });

  test("makes no message for a debug line that nobody gets", () => {
    let made = 0;
    const message = (): string => `message ${++made}`;
    openLog(console, "info", memoryRuntime()).debug(message);
    openLog(false, "debug", memoryRuntime()).debug(message);
    expect(made).toBe(0);
    const runtime = memoryRuntime();
    openLog(undefined, "debug", runtime).debug(message);
    expect(runtime.terminalLines).toEqual(["[BABA (DEBUG)] LOG: message 1"]);
  });

  test("makes a log file with the first line, and not before", () => {
    const runtime = memoryRuntime();
    const log = openLog(true, undefined, runtime);
    expect(runtime.logFiles).toHaveLength(0);
    log.info("one");
    log.error("two");
    expect(runtime.logFiles).toEqual([["[BABA (INFO)] LOG: one", "[BABA (ERROR)] LOG: two"]]);
  });

  test("asks for the log file when it is opened, so that its place is that of this moment", () => {
    const runtime = memoryRuntime();
    let asked = 0;
    const logFile = () => {
      asked += 1;
      return runtime.logFile();
    };
    openLog(true, undefined, { ...runtime, logFile });
    expect(asked).toBe(1);
    openLog(undefined, undefined, { ...runtime, logFile });
    expect(asked).toBe(1);
  });

  test("writes nothing if logging is false", () => {
    const runtime = memoryRuntime();
    openLog(false, "debug", runtime).error("x");
    expect([runtime.terminalLines, runtime.logFiles]).toEqual([[], []]);
  });

  test("gives whole lines to the methods of a logger, with its own this", () => {
    const calls: string[] = [];
    class Own {
      readonly #mark = "own";
      debug(line: string): void {
        calls.push(`debug ${this.#mark} ${line}`);
      }
      info(line: string): void {
        calls.push(`info ${line}`);
      }
      warn(line: string): void {
        calls.push(`warn ${line}`);
      }
      error(line: string): void {
        calls.push(`error ${line}`);
      }
    }
    const log = openLog(new Own(), "debug", memoryRuntime());
    log.debug(() => "a");
    log.warning("b");
    expect(calls).toEqual(["debug own [BABA (DEBUG)] LOG: a", "warn [BABA (WARNING)] LOG: b"]);
    openLog(console, "error", memoryRuntime());
  });

  test("goes on when a logger throws, and says so once on the terminal", () => {
    const runtime = memoryRuntime();
    const fail = () => {
      throw new Error("no");
    };
    const log = openLog({ debug: fail, info: fail, warn: fail, error: fail }, "info", runtime);
    log.info("a");
    log.info("b");
    expect(runtime.terminalLines).toHaveLength(1);
  });

  test("says on one line why a logger failed, and escapes what could control the terminal", () => {
    const runtime = memoryRuntime();
    const fail = () => {
      throw new Error("no\n\u001b[2J");
    };
    openLog({ debug: fail, info: fail, warn: fail, error: fail }, "info", runtime).info("a");
    expect(runtime.terminalLines).toEqual([
      "[BABA (ERROR)] LOG: The log cannot be written: Error: no\\u{a}\\u{1b}[2J",
    ]);
  });

  test("takes the failure of an async logger too, so that no rejection is left unhandled", async () => {
    const runtime = memoryRuntime();
    const fail = async () => {
      throw new Error("no");
    };
    const log = openLog({ debug: fail, info: fail, warn: fail, error: fail }, "info", runtime);
    log.info("a");
    log.info("b");
    await runtime.turn();
    expect(runtime.terminalLines).toHaveLength(1);
  });

  test("goes on whatever a logger fails with", async () => {
    const silent: unknown = Object.create(null);
    const fail = (): void => {
      throw silent;
    };
    const failLater = async (): Promise<void> => fail();
    for (const work of [fail, failLater]) {
      const runtime = memoryRuntime();
      const log = openLog({ debug: work, info: work, warn: work, error: work }, "info", runtime);
      log.info("first");
      log.info("second");
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(runtime.terminalLines).toEqual([
        "[BABA (ERROR)] LOG: The log cannot be written: it failed with something that has no text",
      ]);
    }
  });

  test("takes a function with the methods of a logger for one", () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const logger = Object.assign(() => undefined, { debug: write, info: write, warn: write, error: write });
    openLog(logger, undefined, memoryRuntime()).info("a");
    expect(lines).toEqual(["[BABA (INFO)] LOG: a"]);
  });

  test.each<unknown>([null, "file", 7, {}, { ...console, error: 1 }])(
    "refuses %j, which is no logger, with BABA_OPTION",
    (wrong) => {
      // @ts-expect-error a logger needs its four methods
      expect(() => openLog(wrong, undefined, memoryRuntime())).toThrow(
        expect.objectContaining({
          code: "BABA_OPTION",
          message: expect.stringMatching(/true, false or a logger/),
        }),
      );
    },
  );

  test("refuses what is no level with BABA_OPTION, and says which there are", () => {
    const level: unknown = "loud";
    const message = "The option logLevel must be one of debug, info, warning, error.";
    // @ts-expect-error there is no such level
    expect(() => openLog(false, level, memoryRuntime())).toThrow(
      expect.objectContaining({ code: "BABA_OPTION", message }),
    );
  });
});
