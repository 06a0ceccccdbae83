import { performance } from "node:perf_hooks";
import { assemble, type BabaOptions, Database } from "@baba/core";
import { nodeFileSystem, nodeRuntime } from "@baba/node";
import type { Engine, OpenEngine } from "../engine.ts";
import { Person } from "../records.ts";
import { CountingFileSystem } from "./counting-file-system.ts";

/** BabaDB as `@baba/node` puts it together, over a file system that counts. */
export function baba(options: Pick<BabaOptions, "durability" | "settle">): OpenEngine {
  return async (folder) => {
    const files = new CountingFileSystem(nodeFileSystem(folder));
    const context = assemble({ ...nodeRuntime, fileSystem: () => files });
    const db = new Database(Person, { directory: folder, logging: false, ...options }, context);
    await db.open();
    return engine(db, files);
  };
}

function engine(db: Database<typeof Person>, files: CountingFileSystem): Engine {
  const queued: number[] = [];
  let committed = 0;
  return {
    queued,
    async commit(records) {
      await db.asyncSession(async (session) => {
        const start = performance.now();
        for (const record of records) await session.add(record);
        queued.push(performance.now() - start);
      });
      committed += records.length;
    },
    settled: () => files.placed(committed),
    close: () => db.close(),
    counts: () => files.counts,
  };
}
