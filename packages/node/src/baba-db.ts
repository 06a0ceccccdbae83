import {
  assemble,
  type BabaOptions,
  Database,
  type DatabaseContext,
  type LoadableSchema,
  type Schema,
} from "@baba/core";
import { nodeRuntime } from "./runtime.ts";

/** One per process: databases of one folder share their storage through it. */
const context: DatabaseContext = assemble(nodeRuntime);

/**
 * A database of typed records in one folder, one `.baba` file each.
 *
 * @example
 * ```ts
 * import { BabaDB } from "@baba/node";
 * import * as v from "valibot";
 *
 * const Hero = v.object({ id: v.number(), name: v.string() });
 * const db = new BabaDB(Hero, { directory: "data" });
 *
 * await db.asyncSession(async (session) => {
 *   await session.add({ id: 1, name: "Alice" });
 * });
 * await db.close();
 * ```
 */
export class BabaDB<S extends Schema> extends Database<S> {
  /**
   * Does no I/O; the database opens on first use.
   *
   * @throws `BABA_OPTION` if an option is unknown or of the wrong kind, `BABA_KEY_MISSING` if an option for a
   * key is `undefined` or empty, `BABA_IO` if the directory is relative and the working directory was removed
   */
  constructor(schema: S & LoadableSchema<S>, options?: BabaOptions) {
    super(schema, options, context);
  }
}
