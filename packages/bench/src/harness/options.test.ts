import { expect, test } from "vitest";
import { parseOptions } from "./options.ts";

test("parseOptions() takes everything if nothing is named", () => {
  expect(parseOptions([])).toMatchObject({ quick: false, resume: false, minutes: Number.POSITIVE_INFINITY });
});

test("parseOptions() keeps workloads, parts and engines that are named, in the order of the catalogue", () => {
  const options = parseOptions([
    "--only",
    "get,bulk,codec",
    "--engines",
    "sqlite,baba",
    "--records",
    "100,1000",
  ]);
  expect(options).toMatchObject({
    workloads: ["bulk", "get"],
    parts: ["codec"],
    engines: ["baba", "sqlite"],
    records: [100, 1000],
  });
});

test.each([
  ["--only", "nothing"],
  ["--engines", "oracle"],
  ["--rounds", "0"],
  ["--rounds", "1.5"],
  ["--records", "500"],
  ["--quick", "--records", "10000"],
  ["--minutes", "soon"],
  ["--fast"],
])("parseOptions() refuses %s %s", (...words) => {
  expect(() => parseOptions(words.filter((word) => word !== undefined))).toThrow();
});
