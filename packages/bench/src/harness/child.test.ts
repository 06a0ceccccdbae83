import { expect, test } from "vitest";
import { reasonOf } from "./child.ts";

test("reasonOf finds the line that says what is wrong in a stack", () => {
  const stack =
    "file:///a.js:3\n    throw x;\n    ^\n\nTypeError: No such thing: it broke\n    at main (a.js:3:1)\n\nNode.js v20";
  expect(reasonOf(stack)).toBe("No such thing: it broke");
});

test("reasonOf takes the last line where none looks like an error", () => {
  expect(reasonOf("something\nkilled\n")).toBe("killed");
  expect(reasonOf("")).toBeUndefined();
});
