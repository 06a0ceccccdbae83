import * as v from "valibot";
import { storesSuite } from "../../node/src/contract/stores-suite.ts";
import { BabaDB } from "./index.ts";

storesSuite(
  (name, work) =>
    Deno.test(name, async () => {
      const directory = await Deno.makeTempDir({ prefix: "baba-stores-" });
      try {
        await work(directory);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    }),
  (directory, unlock) => new BabaDB(v.any(), { directory, logging: false, ...unlock }),
);
