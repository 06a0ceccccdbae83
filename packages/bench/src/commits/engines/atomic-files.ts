import { join } from "node:path";
import type { Engine } from "../engine.ts";
import { loadPeer } from "../peers.ts";
import type { Person } from "../records.ts";

/** As many at a time as keep the runtime's thread pool busy. */
const LANES = 16;

type WriteFileAtomic = (path: string, text: string) => Promise<void>;

/** One JSON file for each record by write-file-atomic, each synced by itself; many are not one commit. */
export async function atomicFiles(folder: string): Promise<Engine> {
  const write = loadPeer<WriteFileAtomic>("write-file-atomic");
  const lane = async (left: Iterator<Person>): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) {
      await write(join(folder, `${next.value.id}.json`), JSON.stringify(next.value));
    }
  };
  return {
    async commit(records) {
      const left = records.values();
      await Promise.all(Array.from({ length: Math.min(LANES, records.length) }, () => lane(left)));
    },
    close: async () => undefined,
  };
}
