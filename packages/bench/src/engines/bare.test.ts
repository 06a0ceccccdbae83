import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { people } from "../trial/records.ts";
import { bareAppend } from "./bare.ts";
import { CATALOGUE } from "./catalogue.ts";

test("bareAppend() makes all text when it is opened, so that a commit is only its write and its sync", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baba-bare-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = await bareAppend(folder, 1000);
  const alloc = vi.spyOn(Buffer, "alloc");
  onTestFinished(() => alloc.mockRestore());
  await store.put(people(0, 1000));
  expect(alloc).not.toHaveBeenCalled();
  await store.close();
  const lines = readFileSync(join(folder, "log"), "utf8").split("}{");
  expect(lines).toHaveLength(1000);
});

test("bareAppend() has all records in one file, as the catalogue says", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baba-bare-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = await bareAppend(folder, 2);
  await store.put(people(0, 2));
  await store.close();
  expect(readdirSync(folder)).toHaveLength(1);
  expect(CATALOGUE["bare-append"].files).toBe("no");
});
