import { expect, test } from "vitest";
import { reasonOf } from "./child.ts";

test("reasonOf() finds the line that says what is wrong in a stack", () => {
  const stack =
    "file:///a.js:3\n    throw x;\n    ^\n\nTypeError: No such thing: it broke\n    at main (a.js:3:1)\n\nNode.js v20";
  expect(reasonOf(stack)).toBe("No such thing: it broke");
});

test("reasonOf() leaves out the runtime's own words", () => {
  expect(reasonOf("error: Uncaught (in promise) TypeError: It broke\n    at a.js")).toBe("It broke");
  expect(reasonOf("BabaError: It broke\n")).toBe("It broke");
});

test("reasonOf() takes the last line if none looks like an error", () => {
  expect(reasonOf("something\nkilled\n")).toBe("killed");
  expect(reasonOf("")).toBeUndefined();
});
