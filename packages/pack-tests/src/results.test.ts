import { expect, test } from "vitest";

type Result = {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
};
const { missing }: { missing(suites: readonly string[], results: readonly Result[]): Result[] } =
  await import(new URL("../../../scripts/results.mjs", import.meta.url).href);

test("missing() counts a suite that did not run, and one all of whose tests were skipped, as one failure each", () => {
  const result = (suite: string, passed: number, failed: number) => ({ suite, passed, failed, seconds: 1 });
  const results = [
    result("ran", 1, 0),
    result("broke", 0, 1),
    result("skipped", 0, 0),
    result("further", 0, 0),
  ];
  expect(missing(["ran", "broke", "skipped", "absent"], results)).toEqual([
    { suite: "skipped (ran no test)", passed: 0, failed: 1, seconds: 0 },
    { suite: "absent (did not run)", passed: 0, failed: 1, seconds: 0 },
  ]);
});
