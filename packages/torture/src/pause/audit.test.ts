import { BabaDB } from "@baba/node";
import { expect, test } from "vitest";
import { newFolders, Verdict } from "../harness/planted.fixture.ts";
import { audit } from "./audit.ts";
import { type Outcome, TALLIES, Tally } from "./model.ts";

const newFolder = newFolders();
const TWO: Outcome = { acknowledged: 2, message: "", at: 0 };
const UNKNOWN: Outcome = { acknowledged: 0, error: "BABA_COMMIT_UNKNOWN", message: "", at: 0 };
const REFUSED: Outcome = { ...UNKNOWN, error: "BABA_LOCKED" };

/** What the tallies say after how many commits, and what must be said of it, of sessions and files alike. */
const PLANTED: readonly (readonly [string, number[], Outcome[], RegExp])[] = [
  ["half a commit", [...counts(39, 2), 3], [TWO, UNKNOWN], /see half a commit/],
  ["no tally of one name", counts(39, 2), [TWO], /see half a commit/],
  ["a commit less than was acknowledged", counts(40, 1), [TWO], /see 1 commits, 2 were acknowledged/],
  ["a commit more", counts(40, 3), [TWO], /see 3 commits, 2 were acknowledged and 0 are unknown/],
  ["a commit that was refused", counts(40, 3), [TWO, REFUSED], /see 3 commits/],
  ["two commits for one that is unknown", counts(40, 4), [TWO, UNKNOWN], /see 4 commits/],
];

test.each(PLANTED)("audit() finds %s", async (_what, tallies, outcomes, sentence) => {
  const verdict = new Verdict();
  await audit(await storeOf(tallies), outcomes, verdict);
  expect(verdict.broken[0]).toMatch(sentence);
  expect(verdict.broken.filter((broken) => sentence.test(broken))).toHaveLength(2);
});

test.each([2, 3])(
  "audit() finds nothing wrong with %i commits, of which one may be unknown",
  async (count) => {
    const verdict = new Verdict();
    await audit(await storeOf(counts(40, count)), [TWO, UNKNOWN], verdict);
    expect(verdict.broken).toEqual([]);
  },
);

async function storeOf(tallies: readonly number[]): Promise<string> {
  const directory = newFolder();
  const db = new BabaDB(Tally, { directory, logging: false });
  await db.asyncSession(async (session) => {
    for (const [i, count] of tallies.entries()) await session.add({ count }, TALLIES[i]);
  });
  await db.close();
  return directory;
}

function counts(length: number, count: number): number[] {
  return new Array<number>(length).fill(count);
}
