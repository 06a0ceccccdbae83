import { join } from "node:path";
import type { Engine } from "../engine.ts";
import { loadPeer } from "../peers.ts";

type Lmdb = {
  open(options: { readonly path: string; readonly encoding: "json" }): Store;
};
type Store = {
  put(key: number, value: unknown): Promise<boolean>;
  transaction(work: () => void): Promise<void>;
  /** Resolves when what was committed is synced. */
  readonly flushed: Promise<unknown>;
  close(): Promise<void>;
};

/** LMDB; a commit is done when it is synced, and not when it is visible. */
export async function lmdb(folder: string): Promise<Engine> {
  const db = loadPeer<Lmdb>("lmdb").open({ path: join(folder, "records.mdb"), encoding: "json" });
  return {
    async commit(records) {
      await db.transaction(() => {
        for (const record of records) void db.put(record.id, record);
      });
      await db.flushed;
    },
    close: () => db.close(),
  };
}
