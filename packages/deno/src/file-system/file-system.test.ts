import { fileSystemSuite } from "@baba/core/testing";
import { denoFileSystem } from "./index.ts";

fileSystemSuite((name, fn) => Deno.test(name, fn), async () => {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  const root = `${holder}/root`;
  const again = () => denoFileSystem(root);
  return {
    fileSystem: again(),
    again,
    outside: {},
    dispose: () => Deno.remove(holder, { recursive: true }),
  };
}, []);
