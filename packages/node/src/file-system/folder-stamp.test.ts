import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stampOf } from "./folder-stamp.ts";
import { FolderCheck } from "./folders.ts";

/** Not a whole second. */
const OLD = new Date(1_000_000_000_500);
const SOME_SECONDS = 10_000;

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "baba-stamp-"));
  folder = join(root, "folder");
  mkdirSync(folder);
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true });
});

const changed = (): bigint => statSync(folder, { bigint: true }).ctimeNs;

/** The stamp, as it is that long after the folder's last change. */
function stampAfter(milliseconds: number, path = "folder", below = root): string | undefined {
  vi.setSystemTime(Number(changed() / 1_000_000n) + milliseconds);
  return stampOf(new FolderCheck(below), path);
}

test.runIf(process.platform !== "win32")(
  "stampOf() sees a change after which a program has set the folder's time back",
  () => {
    utimesSync(folder, OLD, OLD);
    const [before, since] = [stampAfter(SOME_SECONDS), changed()];
    expect(before).toBeDefined();
    // Until the kernel's clock has ticked.
    for (let i = 0; changed() === since; i++) {
      writeFileSync(join(folder, `${i}`), "");
      utimesSync(folder, OLD, OLD);
    }
    expect(stampAfter(0), "too recent to tell").toBeUndefined();
    expect(stampAfter(SOME_SECONDS)).toBeDefined();
    expect(stampAfter(SOME_SECONDS)).not.toBe(before);
  },
);

test.runIf(process.platform !== "win32")("stampOf() of a root that is a link is that of its folder", () => {
  symlinkSync("folder", join(root, "link"));
  const stamp = stampAfter(SOME_SECONDS, ".", join(root, "link"));
  expect(stamp).toBeDefined();
  expect(stamp).toBe(stampAfter(SOME_SECONDS, ".", folder));
});
