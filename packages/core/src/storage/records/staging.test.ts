import { expect, test } from "vitest";
import { TEMPORARY_FOLDER } from "../layout.ts";
import { bytes, fault, recordFiles } from "./record-files.fixture.ts";
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

test("Staging.stage() leaves no temporary file of texts of which not all could be written", async () => {
  const { files } = await recordFiles();
  const { create } = files;
  files.create = async (created) => {
    await create.call(files, created.slice(0, 1));
    throw fault("ENOSPC");
  };
  let count = 0;
  const staging = new Staging(files, () => `${count++}`);
  const changes = new Map(["1.baba", "2.baba"].map((name) => [name, bytes("x")]));
  await staging.stage([changes]);
  expect(count).toBe(2);
  expect(await files.names(TEMPORARY_FOLDER)).toEqual([]);
});
