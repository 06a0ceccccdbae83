import { expect, test } from "vitest";
import { withSection } from "./document.ts";

test("withSection() replaces what stands between its marks, and nothing else", () => {
  const before =
    "# Title\n\n<!-- a:start -->\nold\n<!-- a:end -->\n\nWords.\n\n<!-- b:start -->\nb\n<!-- b:end -->\n";
  expect(withSection(before, "a", "new")).toBe(before.replace("old", "new"));
});

test("withSection() appends a section that is not there", () => {
  expect(withSection("# Title\n", "a", "new")).toBe("# Title\n\n<!-- a:start -->\nnew\n<!-- a:end -->\n");
});
