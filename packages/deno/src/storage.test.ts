import { FileStorage } from "@baba/core";
import { storageSuite } from "@baba/core/testing";
import { denoFileSystem } from "./file-system/index.ts";
import { denoRuntime } from "./runtime.ts";

storageSuite(
  (name, work) => Deno.test(name, work),
  async () => {
    const root = await Deno.makeTempDir({ prefix: "baba-storage-" });
    const report = (message: string): never => {
      throw new Error(message);
    };
    const again = () => new FileStorage(denoFileSystem(root), denoRuntime, { report });
    return {
      storage: again(),
      again,
      spoil: (name) => Deno.writeTextFile(`${root}/${name}`, "not base-3 text"),
      dispose: () => Deno.remove(root, { recursive: true }),
    };
  },
);
