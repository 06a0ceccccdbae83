import assert from "node:assert/strict";
import { join } from "node:path";
import { denoFileSystem } from "./file-system/index.ts";
import { denoRuntime } from "./runtime.ts";
import { inFolder, startDeno } from "./testing/programs.ts";

inFolder(
  "denoRuntime.terminal() writes lines to standard error, the whole of long ones too",
  async (root) => {
    const long = "🦸".repeat(100_000);
    await using program = startDeno(
      root,
      `for (const line of ["one", "🦸".repeat(100_000), "two"]) runtime.terminal(line); say("written");`,
    );
    assert.equal(await program.line(), "written");
    await assert.rejects(program.line(), { message: `The program said nothing more: one\n${long}\ntwo\n` });
  },
);

inFolder(
  "denoRuntime.absolute() and denoFileSystem() go by the working directory of the call",
  async (root) => {
    await Deno.mkdir(join(root, "elsewhere"), { recursive: true });
    const before = Deno.cwd();
    Deno.chdir(root);
    try {
      const here = Deno.cwd();
      const files = denoFileSystem("store");
      Deno.chdir("elsewhere");
      await files.makeFolder(".");
      assert.equal(denoRuntime.absolute("a"), join(here, "elsewhere", "a"));
    } finally {
      Deno.chdir(before);
    }
    assert.deepEqual([...Deno.readDirSync(root)].map(({ name }) => name).sort(), ["elsewhere", "store"]);
  },
);

inFolder("denoRuntime.idle() keeps no process alive", async (root) => {
  await using program = startDeno(root, `void runtime.idle(600_000); say("ended");`);
  assert.equal(await program.line(), "ended");
  await assert.rejects(program.line(), { message: "The program said nothing more: " });
});
