import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { test } from "vitest";
import { storesSuite } from "./contract/stores-suite.ts";
import { BabaDB } from "./index.ts";

storesSuite(
  (name, work) =>
    test(name, async () => {
      const directory = mkdtempSync(join(tmpdir(), "baba-stores-"));
      try {
        await work(directory);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }),
  (directory, unlock) => new BabaDB(v.any(), { directory, logging: false, ...unlock }),
);
