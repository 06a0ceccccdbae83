import { clearImmediate, setImmediate } from "node:timers";
import { expect, test } from "vitest";
import { entriesOf, packListing, unpackEntries } from "./listing.ts";

const NAMES = Array.from({ length: 5000 }, (_, i) => `${i}`);
const LISTING = { names: NAMES, kinds: "fdofo".repeat(1000) };

test("unpackEntries() gives the entries that were packed, also none", async () => {
  expect(await unpackEntries(packListing(LISTING))).toEqual(entriesOf(LISTING));
  expect(
    entriesOf(LISTING)
      .slice(0, 3)
      .map(({ kind }) => kind),
  ).toEqual(["file", "folder", "other"]);
  expect(await unpackEntries(packListing({ names: [], kinds: "" }))).toEqual([]);
});

test("unpackEntries() lets other work of the event loop run between pieces of a long listing", async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await unpackEntries(packListing(LISTING));
  clearImmediate(next);
  expect(turns).toBeGreaterThan(0);
});
