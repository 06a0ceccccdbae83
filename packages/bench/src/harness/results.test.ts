import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import {
  type Key,
  loadResults,
  NOTHING,
  saveResults,
  valuesOf,
  withFigures,
  without,
  withReason,
} from "./results.ts";

const KEY: Key = { workload: "all", engine: "baba", records: 100 };

test("withFigures() keeps each round's value in its place", () => {
  const results = withFigures(withFigures(NOTHING, KEY, 2, { cold: 3 }), KEY, 0, { cold: 1.23456 });
  expect(valuesOf(results, KEY, "cold")).toEqual([1.2346, null, 3]);
  expect(results.cells).toHaveLength(1);
});

test("withFigures() writes what is no number as missing", () => {
  expect(valuesOf(withFigures(NOTHING, KEY, 0, { cold: Number.NaN }), KEY, "cold")).toEqual([null]);
});

test("without() forgets what is measured anew, and only that", () => {
  const other: Key = { ...KEY, records: 1000 };
  const results = withReason(
    withFigures(withFigures(NOTHING, KEY, 0, { cold: 1 }), other, 0, { cold: 2 }),
    { ...KEY, workload: "get" },
    "broken",
  );
  const left = without({ ...results, finished: ["x"] }, ({ records }) => records === 100);
  expect(left.cells.map((cell) => cell.records)).toEqual([1000]);
  expect(left.leftOut).toEqual([]);
  expect(left.finished).toEqual([]);
});

test("loadResults() reads what saveResults() wrote", () => {
  const folder = mkdtempSync(join(tmpdir(), "baba-bench-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = pathToFileURL(join(folder, "data.json"));
  const results = withReason(withFigures(NOTHING, KEY, 0, { cold: 1, warm: 2 }), KEY, 'with "quotes"');
  expect(loadResults(path)).toEqual(NOTHING);
  saveResults(path, results);
  expect(loadResults(path)).toEqual(results);
});
