import { CROWDED_PAUSES } from "@baba/core/adapter";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { patiently, toTheEnd } from "./patience.ts";

const pauses = vi.hoisted((): number[] => []);
vi.mock("node:timers/promises", () => ({
  setTimeout: async (milliseconds: number): Promise<void> => void pauses.push(milliseconds),
}));

const failure = (code: string): Error => Object.assign(new Error(code), { code });
const crowded = failure("EMFILE");

const { platform } = process;
const onPlatform = (value: string) => Object.defineProperty(process, "platform", { value });

beforeEach(() => {
  pauses.length = 0;
});
afterEach(() => void onPlatform(platform));

test("patiently() tries again while too many files are open, and gives up with that error in the end", async () => {
  const operation = vi.fn().mockRejectedValueOnce(crowded).mockRejectedValueOnce(crowded);
  await patiently(operation.mockResolvedValueOnce("done"));
  expect(pauses).toEqual(CROWDED_PAUSES.slice(0, 2));
  pauses.length = 0;
  await expect(patiently(() => Promise.reject(crowded))).rejects.toBe(crowded);
  expect(pauses).toEqual(CROWDED_PAUSES);
});

test("patiently() tries nothing again that failed for another reason", async () => {
  const full = failure("ENOSPC");
  const operation = vi.fn().mockRejectedValueOnce(full);
  await expect(patiently(operation)).rejects.toBe(full);
  expect(operation).toHaveBeenCalledTimes(1);
});

test("toTheEnd() goes on from the item at which it stopped, and is as patient again after each one done", async () => {
  const hops: number[] = [];
  await toTheEnd(20, async (done) => {
    hops.push(done);
    return done < 19 ? { done: 1, error: crowded } : { done: 1 };
  });
  expect(hops).toEqual([...Array(20).keys()]);
  expect(new Set(pauses)).toEqual(new Set(CROWDED_PAUSES.slice(0, 1)));
});

test("toTheEnd() gives up with the error of an item that fails again and again, or for another reason", async () => {
  const attempts: number[] = [];
  const stuck = toTheEnd(2, async (done) => {
    attempts.push(done);
    return { done: 0, error: crowded };
  });
  await expect(stuck).rejects.toBe(crowded);
  expect(attempts).toHaveLength(CROWDED_PAUSES.length + 1);
  pauses.length = 0;
  const full = failure("ENOSPC");
  await expect(toTheEnd(2, async () => ({ done: 1, error: full }))).rejects.toBe(full);
  expect(pauses).toEqual([]);
});

test.each(["EPERM", "EACCES", "EBUSY"])("toTheEnd() waits out %s on Windows alone", async (code) => {
  const held = async (done: number) =>
    pauses.length === 0 ? { done: 0, error: failure(code) } : { done: 2 - done };
  onPlatform("win32");
  await toTheEnd(2, held);
  expect(pauses).toEqual(CROWDED_PAUSES.slice(0, 1));
  pauses.length = 0;
  onPlatform("linux");
  await expect(toTheEnd(2, held)).rejects.toMatchObject({ code });
  expect(pauses).toEqual([]);
});
