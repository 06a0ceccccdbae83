import { join } from "node:path";
import { expect, test } from "vitest";
import { HERE, mustRun } from "./command.ts";

test("npm run release -- --dry-run comes to its end, with each package for each registry", async () => {
  const words = ["scripts/publish.mjs", "--dry-run"];
  // npm may have been told to be silent.
  const output = await mustRun(process.execPath, words, join(HERE, "..", ".."), {
    npm_config_loglevel: "notice",
  });
  for (const name of ["core", "node"])
    expect(output).toMatch(new RegExp(`^\\+ @baba/${name}@|^@baba/${name} \\S+ is published already`, "m"));
  for (const name of ["core", "deno"])
    expect(output).toMatch(new RegExp(`^Simulating publish of @baba/${name}@`, "m"));
});
