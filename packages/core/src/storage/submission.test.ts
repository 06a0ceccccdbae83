import { expect, test } from "vitest";
import { mustFitJournal, type Submission, takeBatch } from "./submission.ts";

const MIB = 1024 * 1024;

/** A transaction of so many MiB, which take no memory as nobody touches them. */
function submission(size: number, name = "1.baba"): Submission {
  const changes = new Map([[name, new Uint8Array(size * MIB)]]);
  const transaction = { changes, basis: undefined, durability: "full", settle: "commit" } as const;
  return { transaction, resolve: () => undefined, reject: () => undefined };
}

test("mustFitJournal() refuses what no reader of the journal could read again", () => {
  expect(() => mustFitJournal(submission(511).transaction.changes)).not.toThrow();
  const refused = expect.objectContaining({
    code: "BABA_UNSERIALIZABLE",
    message: expect.stringContaining("split it into several commits"),
  });
  expect(() => mustFitJournal(submission(512).transaction.changes)).toThrow(refused);
  const names = Array.from(
    { length: 200_000 },
    (_, i) => [`${i}${"x".repeat(1000)}.baba`, undefined] as const,
  );
  expect(() => mustFitJournal(new Map(names))).toThrow(refused);
});

test("takeBatch() takes from the front what fits together, and one at least", () => {
  const [a, b, c, d] = [submission(200), submission(300), submission(20), submission(600)];
  const queue = [a, b, c, d];
  expect(takeBatch(queue)).toEqual([a, b]);
  expect(takeBatch(queue)).toEqual([c]);
  expect(takeBatch(queue)).toEqual([d]);
  expect(takeBatch(queue)).toEqual([]);
});
