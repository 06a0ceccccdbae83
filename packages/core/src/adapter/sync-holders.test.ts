import { expect, test } from "vitest";
import { systemError } from "../system-error.ts";
import { syncHolders } from "./sync-holders.ts";

const holders = ["/", "/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a/b/c/d/e"];

test("syncHolders() syncs every folder, however many before it may not be opened", async () => {
  for (const code of ["EACCES", "EPERM"]) {
    const tried: string[] = [];
    await syncHolders(holders, async (holder) => {
      tried.push(holder);
      throw systemError(code, "may not be opened", holder);
    });
    expect(tried).toEqual(holders);
  }
});

test("syncHolders() throws what another sync fails with after one that is refused", async () => {
  const syncing = syncHolders(["/", "/a"], async (holder) => {
    throw systemError(holder === "/" ? "EACCES" : "EIO", "fails", holder);
  });
  await expect(syncing).rejects.toMatchObject({ code: "EIO", path: "/a" });
});
