import type { Database } from "@baba/core";
import { Person } from "../trial/person.ts";
import { storeOf } from "./baba.ts";
import type { OpenStore } from "./store.ts";

type Deno = {
  readonly BabaDB: new (schema: typeof Person, options: object) => Database<typeof Person>;
};

/** BabaDB with Deno's own adapter. */
export const babaOnDeno: OpenStore = async (folder) => {
  const name = "@baba/deno"; // Not a literal in the import, as the compiler would look for its types.
  const { BabaDB }: Deno = await import(name);
  const db = new BabaDB(Person, { directory: folder, logging: false });
  await db.open();
  return { ...storeOf(db), close: () => db.close() };
};
