import { describe, expect, test } from "vitest";
import { BabaError } from "../../errors.ts";
import type { Content } from "../storage.ts";
import { replaced, revealSome } from "./portions.ts";

const MIB = 1024 * 1024;
const sizes: number[] = [];
/** Each byte becomes `times` bytes. */
const growing = (times: number) => async (_: readonly string[], kept: readonly Content[]) => {
  sizes.push(kept.length);
  return kept.map((bytes) => (bytes instanceof Uint8Array ? new Uint8Array(bytes.length * times) : bytes));
};
const reveal = (kept: readonly Content[], times: number) => {
  sizes.length = 0;
  return revealSome(
    kept.map((_, i) => `${i}.baba`),
    kept,
    growing(times),
  );
};
const records = (count: number, length: number) =>
  Array.from({ length: count }, () => new Uint8Array(length));

describe("revealSome()", () => {
  test("gives all small records in portions, and passes on what is no record", async () => {
    const error = new BabaError("BABA_CODEC", "No.");
    const kept = [undefined, error, ...records(256, 300)];
    const contents = await reveal(kept, 10);
    expect(contents).toHaveLength(258);
    expect(contents.slice(0, 3)).toEqual([undefined, error, new Uint8Array(3000)]);
    expect(sizes).toEqual([56, 54, 54, 54, 40]);
  });

  test("gives all at once if they are few or none", async () => {
    expect(await reveal(records(40, 300), 2)).toHaveLength(40);
    expect(sizes).toEqual([40]);
    expect(await reveal([], 2)).toEqual([]);
  });

  test("gives no promise if none is needed", () => {
    const kept = records(2, 10);
    expect(revealSome(["1.baba", "2.baba"], kept, () => kept)).toBe(kept);
  });

  test("stops when contents have grown to more than 16 MiB, after at least one record", async () => {
    expect(await reveal(records(64, 32 * 1024), 1000)).toHaveLength(1);
    expect(await reveal(records(64, 10 * 1024), 1000)).toHaveLength(2);
    expect(await reveal(records(1000, 1024), 1000)).toHaveLength(32);
  });

  test("gives more than a call may have arguments", async () => {
    const missing = Array.from({ length: 200_000 }, () => undefined);
    expect(await reveal([...missing, ...records(2, 10 * 1024)], 2)).toHaveLength(200_002);
    expect(sizes).toEqual([200_001, 1]);
  });

  test("does not stop at contents that are no larger than what is stored", async () => {
    const kept = Array.from({ length: 100 }, () => new Uint8Array(MIB));
    expect(await reveal(kept, 1)).toHaveLength(100);
  });
});

describe("replaced()", () => {
  const [first, second, third] = records(3, 1);
  const isDoubtful = (content: Content) => content === undefined;

  test("gives others for those that are doubtful, in order, doubtful ones among them", () => {
    expect(replaced([first, undefined, second, undefined], isDoubtful, [undefined, third])).toEqual([
      first,
      undefined,
      second,
      third,
    ]);
  });

  test("ends before the first for which there is no other", () => {
    expect(replaced([first, undefined, undefined, second], isDoubtful, [third])).toEqual([first, third]);
  });
});
