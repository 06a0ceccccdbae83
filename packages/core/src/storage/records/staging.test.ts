import { expect, test } from "vitest";
import { bytes, recordFiles } from "./record-files.fixture.ts";
import { Staging } from "./staging.ts";

test("Staging.stage() never rejects, not even if the texts cannot be made, and has staged nothing then", async () => {
  const { files } = await recordFiles();
  const payload = bytes("one");
  const staging = new Staging(files, () => {
    throw new RangeError("Array buffer allocation failed");
  });
  await staging.stage([new Map([["1.baba", payload]])]);
  expect(staging.take("1.baba", payload)).toBeUndefined();
});
