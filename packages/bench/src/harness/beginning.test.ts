import { expect, test } from "vitest";
import { begun } from "./beginning.ts";
import type { EnginesHere } from "./engines-here.ts";
import { type Options, parseOptions } from "./options.ts";
import { FULL } from "./plan.ts";
import { type Key, NOTHING, type Results, withFigures } from "./results.ts";

const HERE: EnginesHere = { versions: {}, missing: new Map() };
const KEY: Key = { workload: "count", engine: "baba", records: 1000 };
const MACHINE = "2 × A, ext4; 2026-01-01";

function optionsOf(words: string): Options {
  const options = parseOptions(words.split(" "));
  if (options === "help") throw new Error("These words ask for help.");
  return options;
}

function begin(known: Results, words: string, machine = MACHINE): Results {
  return begun(known, FULL, optionsOf(words), HERE, machine);
}

const STOPPED = withFigures(begin(NOTHING, "--only count --records 1000"), KEY, 0, { cold: 1 });

test("begun() goes on with a stopped run that was asked for the same, also on another day", () => {
  const results = begin(STOPPED, "--resume --only count --records 1000", "2 × A, ext4; 2026-01-02");
  expect(results.run).toBe(STOPPED.run);
  expect(results.cells).toEqual(STOPPED.cells);
  expect(results.machines.map(({ machine }) => machine)).toEqual([MACHINE, "2 × A, ext4; 2026-01-02"]);
});

test.each([
  "--only count --records 100",
  "--only count,all --records 1000",
  "--only count --records 1000 --rounds 7",
  "--only count --records 1000 --engines baba",
])("begun() does not go on with a run that was asked for something else than %s", (words) => {
  expect(() => begin(STOPPED, `--resume ${words}`)).toThrow("--resume continues what was begun with");
});

test("begun() does not go on with a run of another machine, nor without a run", () => {
  const words = "--resume --only count --records 1000";
  expect(() => begin(STOPPED, words, "4 × B, xfs; 2026-01-01")).toThrow("another machine");
  expect(() => begin(NOTHING, words)).toThrow("There is no stopped run.");
});

test("begun() forgets the machine of a run of which no figure is left", () => {
  const anew = begin(STOPPED, "--only count --records 1000", "4 × B, xfs; 2026-01-01");
  expect(anew.machines.map(({ machine }) => machine)).toEqual(["4 × B, xfs; 2026-01-01"]);
  const beside = begin(STOPPED, "--only all --records 1000", "4 × B, xfs; 2026-01-01");
  expect(beside.machines.map(({ machine }) => machine)).toEqual([MACHINE, "4 × B, xfs; 2026-01-01"]);
});
