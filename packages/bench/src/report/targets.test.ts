import { expect, test } from "vitest";
import { type Key, NOTHING, type Results, withFigures } from "../harness/results.ts";
import { isMet, targets } from "./targets.ts";
import { View } from "./view.ts";

const at = (engine: Key["engine"], workload: Key["workload"], records = 10_000): Key => ({
  engine,
  workload,
  records,
});

function target(results: Results, name: string) {
  const found = targets(new View(results)).find((one) => one.name.startsWith(name));
  if (found === undefined) throw new Error(`There is no target ${name}.`);
  return found;
}

test("isMet() is false for a target that was not measured", () => {
  for (const found of targets(new View(NOTHING))) {
    expect(found.measured).toBeNaN();
    expect(isMet(found)).toBe(false);
  }
});

test("isMet() is true for a target of a cost up to its limit", () => {
  const bare = withFigures(NOTHING, at("bare", "count"), 0, { cold: 10 });
  const [just, over] = [15, 15.1].map((cold) => withFigures(bare, at("baba", "count"), 0, { cold }));
  expect(isMet(target(just ?? NOTHING, "count of 10,000"))).toBe(true);
  expect(isMet(target(over ?? NOTHING, "count of 10,000"))).toBe(false);
});

test("isMet() is true for a target of a speed-up from its limit on", () => {
  const ours = withFigures(NOTHING, at("baba", "get"), 0, { each: 0.01 });
  const [enough, less] = [0.04, 0.039].map((each) =>
    withFigures(ours, at("fs-promises", "get"), 0, { each }),
  );
  expect(isMet(target(enough ?? NOTHING, "one get, × faster than fs.promises"))).toBe(true);
  expect(isMet(target(less ?? NOTHING, "one get, × faster than fs.promises"))).toBe(false);
});

test("targets() judges a commit with its queueing, and shows it without beside", () => {
  const sqlite = withFigures(NOTHING, at("sqlite", "single"), 0, { commit: 2 });
  const both = withFigures(sqlite, at("baba", "single"), 0, { commit: 4, queued: 1 });
  expect(target(both, "commit of 1 record with its file in place")).toMatchObject({
    measured: 2,
    beside: "1.50 × by commit() alone",
  });
});

test("isMet() judges memory, measured in mebibytes, in megabytes, as the target asks", () => {
  const [under, over] = [143, 144].map((rss) => withFigures(NOTHING, at("baba", "bulk"), 0, { rss }));
  expect(isMet(target(under ?? NOTHING, "memory: bulk"))).toBe(true);
  expect(isMet(target(over ?? NOTHING, "memory: bulk"))).toBe(false);
});

test("targets() compares the cost of one record for scaling, not of all", () => {
  const small = withFigures(NOTHING, at("baba", "all", 1000), 0, { cold: 10 });
  const both = withFigures(small, at("baba", "all", 100_000), 0, { cold: 2000 });
  expect(target(both, "scaling: all")).toMatchObject({ measured: 2, limit: 1.5 });
});

test("targets() compares no sizes that were measured in two runs for scaling", () => {
  const small = withFigures({ ...NOTHING, run: "yesterday" }, at("baba", "all", 1000), 0, { cold: 10 });
  const both = withFigures({ ...small, run: "today" }, at("baba", "all", 100_000), 0, { cold: 1000 });
  expect(target(both, "scaling: all").measured).toBeNaN();
});

test("targets() judges a hold by the worst of the rounds, and shows the middle of them beside", () => {
  const rounds = [8, 14, 9].reduce(
    (results, held, round) => withFigures(results, at("baba", "bulk"), round, { held }),
    NOTHING,
  );
  expect(target(rounds, "event loop: longest hold by bulk")).toMatchObject({
    measured: 14,
    beside: "9.00 ms in the middle of the rounds",
  });
  const explained = withFigures(rounds, at("baba", "bulk"), 1, { held: 14, waited: 6 });
  expect(target(explained, "event loop: longest hold by bulk")).toMatchObject({
    measured: 14,
    beside: "9.00 ms in the middle of the rounds; of the longest, 6.00 ms without a processor",
  });
});

test("targets() gives no ratio of figures that were measured in two runs, which meets no target", () => {
  const bare = withFigures({ ...NOTHING, run: "yesterday" }, at("bare", "count"), 0, { cold: 10 });
  const mixed = withFigures({ ...bare, run: "today" }, at("baba", "count"), 0, { cold: 10 });
  const found = target(mixed, "count of 10,000");
  expect(found.measured).toBeNaN();
  expect(isMet(found)).toBe(false);
});

test("targets() gives no ratio of figures whose runs are not known, unless both are of one process", () => {
  const bare = withFigures(NOTHING, at("bare", "count"), 0, { cold: 10 });
  const both = withFigures(bare, at("baba", "count"), 0, { cold: 10 });
  const all = withFigures(both, at("baba", "filter"), 0, { cold: 100, warm: 10 });
  const cells = all.cells.map(({ run, ...cell }) => cell);
  expect(target({ ...all, cells }, "count of 10,000").measured).toBeNaN();
  expect(target({ ...all, cells }, "filter of 10,000 again").measured).toBe(10);
});
