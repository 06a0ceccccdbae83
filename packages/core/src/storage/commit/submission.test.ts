import { expect, test } from "vitest";
import { journalBytes, type Submission, takeBatch } from "./submission.ts";

const MIB = 1024 * 1024;

/** A transaction that takes so many MiB in the journal. */
function submission(size: number): Submission {
  const transaction = { changes: new Map(), basis: undefined, durability: "full", settle: "commit" } as const;
  return { transaction, bytes: size * MIB, resolve: () => undefined, reject: () => undefined };
}

test("journalBytes() counts names and records, and refuses more than a reader of the journal can read", () => {
  // Memory that nobody touches takes no room.
  const records = (size: number) => new Map([["1.baba", new Uint8Array(size * MIB)]]);
  const names = (count: number) =>
    new Map(Array.from({ length: count }, (_, i) => [`${i}${"x".repeat(1000)}.baba`, undefined] as const));
  expect(journalBytes(records(511))).toBeGreaterThan(511 * MIB);
  expect(journalBytes(names(1000))).toBeGreaterThan(1000 * 1000);
  for (const large of [records(512), names(200_000)]) {
    expect(() => journalBytes(large)).toThrow(
      expect.objectContaining({
        code: "BABA_UNSERIALIZABLE",
        message: expect.stringContaining("split it into several commits"),
      }),
    );
  }
});

test("takeBatch() takes from the front what fits together", () => {
  const [a, b, c, d] = [submission(200), submission(300), submission(20), submission(512)];
  const queue = [a, b, c, d];
  expect(takeBatch(queue)).toEqual([a, b]);
  expect(takeBatch(queue)).toEqual([c]);
  expect(takeBatch(queue)).toEqual([d]);
  expect(takeBatch(queue)).toEqual([]);
});
