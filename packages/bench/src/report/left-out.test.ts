import { expect, test } from "vitest";
import { NOTHING, withReason } from "../harness/results.ts";
import { leftOutTable } from "./left-out.ts";
import { View } from "./view.ts";

test("leftOutTable() names the sizes of a workload together and in order, and an engine that is missing", () => {
  const streams = [10_000, 100].reduce(
    (results, records) => withReason(results, { workload: "stream", engine: "conf", records }, "No | way."),
    NOTHING,
  );
  const gets = withReason(streams, { workload: "get", engine: "conf", records: 100 }, "No | way.");
  const all = withReason(gets, { workload: "bulk", engine: "python", records: 0 }, "Not here.");
  expect(leftOutTable(new View(all)).split("\n").slice(2)).toEqual([
    "| engine | why | what |",
    "| --- | --- | --- |",
    "| conf | No / way. | stream of 100, 10,000; get of 100 |",
    "| Python original | Not here. | everything |",
  ]);
  expect(leftOutTable(new View(NOTHING))).toBe("");
});
