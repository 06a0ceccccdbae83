import type { Runtime } from "../runtime/runtime.ts";
import { FileStorage } from "../storage/file-storage.ts";
import type { DatabaseContext } from "./database.ts";
import { EventLoop } from "./event-loop.ts";
import { SharedStorages } from "./shared-storage.ts";

/**
 * Puts the parts together over a runtime: what each runtime's package calls once, so that all databases
 * of the process share the storages of the folders that they have in common.
 */
export function assemble(runtime: Runtime): DatabaseContext {
  const storages = new SharedStorages();
  return {
    runtime,
    loop: new EventLoop(runtime),
    openStorage: (directory, report) => {
      const files = runtime.fileSystem(directory);
      return storages.open(files, () => new FileStorage(files, runtime, report));
    },
  };
}
