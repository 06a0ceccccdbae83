import { expect, test } from "vitest";
import { memoryFileSystem } from "../file-system/memory.ts";
import { rewriteFolders } from "./rewrite-folders.ts";

test("rewriteFolders() names the folder that another program has put in the place of its passing file", async () => {
  const files = memoryFileSystem();
  await files.makeFolder("heroes/.baba~");
  await files.create([{ path: "owner", bytes: new Uint8Array(1) }]);
  await expect(rewriteFolders(files, ["heroes"], "owner")).rejects.toMatchObject({
    code: "BABA_NOT_A_RECORD",
    record: "heroes/.baba~",
    message: expect.stringMatching(/^heroes\/\.baba~: cannot remove \(EISDIR\): .* move it away\.$/),
  });
});

test("rewriteFolders() leaves neither its passing file nor one that was left behind", async () => {
  const files = memoryFileSystem();
  await files.makeFolder("heroes");
  const bytes = new Uint8Array(1);
  await files.create(["owner", ".baba~"].map((path) => ({ path, bytes })));
  await rewriteFolders(files, [".", "heroes", "absent"], "owner");
  expect(await files.kinds([".baba~", "heroes/.baba~", "owner"])).toEqual([undefined, undefined, "file"]);
});
