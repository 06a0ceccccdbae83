import type { HermitageClient } from "@baba/core/testing";
import { type AsyncSession, BabaDB } from "@baba/node";
import * as v from "valibot";

const Value = v.object({ value: v.number() });
const FOLDER = "keys";

/** A database of numbers, as the cases need it. */
export class Values {
  readonly #db: BabaDB<typeof Value>;

  constructor(directory: string) {
    this.#db = new BabaDB(Value, { directory, logging: false });
  }

  /** Commits a case's initial state. */
  async fill(values: ReadonlyMap<string, number>): Promise<void> {
    await this.#db.asyncSession(async (session) => {
      for (const [key, value] of values) await session.add({ value }, nameOf(key));
    });
  }

  /** Opens a session. */
  begin(): HermitageClient {
    const session = this.#db.asyncSession();
    return {
      read: async (key) => (await session.get(nameOf(key)))?.value,
      write: async (key, value) => void (await session.update({ value }, nameOf(key))),
      list: () => keysIn(session),
      commit: () => session.commit(),
      rollback: async () => session.rollback(),
    };
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

async function keysIn(session: AsyncSession<typeof Value>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { filename } of session.stream(FOLDER))
    keys.push(filename.slice(FOLDER.length + 1, -".baba".length));
  return keys;
}

function nameOf(key: string): string {
  return `${FOLDER}/${key}.baba`;
}
