import type { Lock } from "../../crypto/lock.ts";
import { Vault } from "../../crypto/vault.ts";
import type { Log } from "../../log/log.ts";
import { EventLoop } from "../../runtime/event-loop.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { FileStorage } from "../../storage/file-storage.ts";
import { Audience } from "./audience.ts";
import { type OpenedStore, SharedStores, type Store } from "./shared-store.ts";

/** What a database is built on, from a runtime's package. */
export type DatabaseContext = {
  readonly runtime: Runtime;
  readonly loop: EventLoop;
  /** Opens a directory's store, which all databases of the process on that directory share. */
  openStore(directory: string, lock: Lock, log: Log): Promise<OpenedStore>;
};

/**
 * Wires up the parts for a runtime. Each runtime's package calls this once, so that all databases of the
 * process share the stores of the folders that they have in common.
 *
 * @example
 * ```ts
 * import { assemble, Database } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * import * as v from "valibot";
 * const context = assemble(memoryRuntime()); // one for the process
 * const db = new Database(v.object({ id: v.number() }), { logging: false }, context);
 * await db.close();
 * ```
 */
export function assemble(runtime: Runtime): DatabaseContext {
  const stores = new SharedStores();
  const loop = new EventLoop(runtime);
  const { crypto, compression } = runtime;
  const breathe = () => loop.breathe();
  const context = { crypto, compression, now: () => runtime.now(), breathe };
  return {
    runtime,
    loop,
    openStore: (directory, lock, log) => {
      const audience = new Audience(log);
      const files = runtime.fileSystem(directory, (message) => audience.warning(message));
      const create = (): Store => {
        const vault = new Vault(files, lock, context);
        const report = (message: string) => audience.error(message);
        const inform = (message: string) => audience.info(message);
        const options = { report, inform, protection: vault, breathe };
        return { storage: new FileStorage(files, runtime, options), vault };
      };
      return stores.open({ directory, files, audience, create }, lock, log);
    },
  };
}
