import { describe, expect, test } from "vitest";
import {
  type ProcessEvidence,
  type ProcessIdentity,
  type ProcessSight,
  parseProcessIdentity,
  parseProcessStat,
  processLives,
} from "./process-identity.ts";

test("parseProcessIdentity() gives back what was written, and leaves out what has the wrong type", () => {
  const identity = { pid: 7, host: "here", boot: "b", namespaces: "n", started: "5", lock: true };
  expect(parseProcessIdentity(JSON.stringify(identity))).toEqual(identity);
  const wrong = { pid: 7, host: "", boot: 1, namespaces: null, started: 5, lock: "true" };
  expect(parseProcessIdentity(JSON.stringify(wrong))).toEqual({ pid: 7, host: "", lock: false });
});

test("parseProcessIdentity() takes the first process of a container, and the greatest number", () => {
  for (const pid of [1, 2 ** 53 - 1])
    expect(parseProcessIdentity(JSON.stringify({ pid, host: "h" })), `${pid}`).toMatchObject({ pid });
});

test("parseProcessIdentity() gives undefined for what names no process of a host", () => {
  const others = ["", "{", "null", "[]", "7", '"pid"', '{"pid":7}', '{"host":"h"}', '{"pid":7,"host":1}'];
  for (const text of others) expect(parseProcessIdentity(text), text).toBeUndefined();
  for (const pid of [0, -1, 1.5, 2 ** 53, "7"])
    expect(parseProcessIdentity(JSON.stringify({ pid, host: "h" })), `${pid}`).toBeUndefined();
});

test("parseProcessStat() is not misled by the program's name", () => {
  const rest = Array.from({ length: 30 }, (_, i) => i + 4).join(" ");
  expect(parseProcessStat(`12 (a) Z (1 2) S ${rest}\n`)).toEqual({ state: "S", started: "22", image: "28" });
});

test("parseProcessStat() tells apart where stacks begin, without giving that away, if it is shown at all", () => {
  const imageOf = (stack: string) => parseProcessStat(`12 (a) S ${"0 ".repeat(24)}${stack} 0`).image;
  expect(imageOf("140729808096288")).toBe("15986");
  expect(imageOf("140724478538496")).not.toBe(imageOf("140729808096288"));
  for (const hidden of ["0", "", "x"]) expect(imageOf(hidden), hidden).toBeUndefined();
});

describe("processLives()", () => {
  const HERE = { host: "here", boot: "b", namespaces: "n" };
  const IDENTITY = { pid: 7, ...HERE, started: "22" };
  const RUNNING = { state: "S", started: "22" };

  type Seen = ProcessEvidence | "none" | undefined;
  /** What is judged of the identity, from here, if that is what is seen of its number. */
  function judged(
    identity: Partial<ProcessIdentity>,
    seen: Seen,
    { here = HERE, locked }: { here?: Partial<ProcessIdentity>; locked?: boolean } = {},
  ): Promise<boolean | undefined> {
    const sight: ProcessSight = { here: async () => here, look: async () => seen };
    return processLives(JSON.stringify(identity), async () => locked, sight);
  }

  test("is true only of a process of the same number and start since this boot", async () => {
    expect(await judged(IDENTITY, RUNNING)).toBe(true);
    expect(await judged({ ...IDENTITY, boot: undefined }, RUNNING)).toBeUndefined();
    expect(await judged(IDENTITY, RUNNING, { here: { ...HERE, boot: undefined } })).toBeUndefined();
  });

  test("is false of one that has ended, and if another has its number", async () => {
    expect(await judged(IDENTITY, "none")).toBe(false);
    expect(await judged(IDENTITY, { state: "S", started: "23" })).toBe(false);
    for (const state of ["Z", "X"]) expect(await judged(IDENTITY, { ...RUNNING, state }), state).toBe(false);
  });

  test("is false if the process runs another program since, and true where that cannot be seen", async () => {
    const identity = { ...IDENTITY, image: "300" };
    expect(await judged(identity, { ...RUNNING, image: "301" })).toBe(false);
    for (const image of ["300", undefined]) expect(await judged(identity, { ...RUNNING, image })).toBe(true);
    expect(await judged(IDENTITY, { ...RUNNING, image: "301" })).toBe(true);
    expect(await judged({ ...identity, started: undefined }, { ...RUNNING, image: "301" })).toBeUndefined();
  });

  test("is false after a reboot, whatever is seen", async () => {
    for (const seen of [RUNNING, "none", undefined] as const)
      expect(await judged({ ...IDENTITY, boot: "a" }, seen)).toBe(false);
  });

  test("is undefined in another boot of another machine, which may share the folder", async () => {
    const { boot, namespaces } = HERE;
    for (const seen of [RUNNING, "none", undefined] as const)
      for (const here of [
        { ...HERE, host: "there" },
        { boot, namespaces },
      ])
        expect(await judged({ ...IDENTITY, boot: "a" }, seen, { here })).toBeUndefined();
    expect(await judged(IDENTITY, "none", { here: { ...HERE, host: "renamed since" } })).toBe(false);
  });

  test("goes by the host if a boot is not known, and proves no life by it", async () => {
    const identity = { ...IDENTITY, boot: undefined };
    expect(await judged(identity, "none")).toBe(false);
    for (const here of [{ ...HERE, host: "there" }, { namespaces: "n" }, {}])
      expect(await judged(identity, "none", { here })).toBeUndefined();
  });

  test("is undefined in other namespaces, and if nothing is seen or no start is known", async () => {
    expect(await judged({ ...IDENTITY, namespaces: "m" }, "none")).toBeUndefined();
    expect(await judged(IDENTITY, undefined)).toBeUndefined();
    expect(await judged({ ...IDENTITY, started: undefined }, RUNNING)).toBeUndefined();
    expect(await judged(IDENTITY, { ...RUNNING, started: undefined })).toBeUndefined();
    expect(await judged({ pid: 7 }, "none")).toBeUndefined();
  });

  test("believes a lock that is known before anything else, of a process that holds one", async () => {
    for (const locked of [true, false]) {
      expect(await judged({ ...IDENTITY, lock: true }, locked ? "none" : RUNNING, { locked })).toBe(locked);
      expect(await judged(IDENTITY, RUNNING, { locked })).toBe(true);
    }
    expect(await judged({ ...IDENTITY, lock: true }, "none")).toBe(false);
  });
});
