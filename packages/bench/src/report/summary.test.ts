import { expect, test } from "vitest";
import type { EngineName } from "../engines/catalogue.ts";
import { type Key, NOTHING, withFigures } from "../harness/results.ts";
import { summarySection } from "./summary.ts";
import { View } from "./view.ts";

const get = (engine: EngineName): Key => ({ workload: "get", engine, records: 10_000 });

test("summarySection() shows BabaDB's figures, the others' and the ratios within rounds, and no ratio between runs", () => {
  const main = withFigures({ ...NOTHING, run: "today" }, { ...get("baba"), workload: "filter" }, 0, {
    warm: 1,
  });
  const ours = [
    [0.01, 0.1],
    [0.02, 0.2],
  ].reduce((all, [each = 0, alone = 0], i) => withFigures(all, get("baba"), i, { each, alone }), main);
  const sqlite = [0.005, 0.02].reduce((all, each, i) => withFigures(all, get("sqlite"), i, { each }), ours);
  const files = withFigures({ ...sqlite, run: "yesterday" }, get("fs-promises"), 0, { each: 0.05 });
  const section = summarySection(new View(files));
  const lines = section.split("\n").filter((line) => line.startsWith("| get"));
  expect(lines).toEqual([
    "| get, in one session, µs | 15.0 (10.0-20.0) | 50.0 | - | 12.5 (5.00-20.0) | 1.50 |",
    "| get, each in its own session, µs | 150 (100-200) | 50.0 | - | 12.5 (5.00-20.0) | 15.0 |",
  ]);
});
