import type { DatabaseContext } from "../../session/database/assemble.ts";
import type { Changes } from "../../storage/storage.ts";
import { DAMAGED } from "./damage.ts";

/** What a commit writes to each name: a record by its number; `undefined` deletes. */
export type Writes = ReadonlyMap<string, number | undefined>;

/** A commit that was found free of conflicts under the write lock. */
export type Admitted = { readonly process: number; readonly writes: Writes; readonly moment: number };

/**
 * Sees the order in which commits are made, by all processes. Acknowledgements come in another: a storage seals
 * what it commits under the write lock, after the commit was judged and directly before it is journaled.
 */
export class Witness {
  /** The commits, in their order; the last of a process that failed or was killed may not stand. */
  readonly admitted: Admitted[] = [];
  readonly #now: () => number;
  readonly #known = new WeakSet<object>();

  /** `now` gives the moments of the trace. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The same context of a process, whose stores are watched. */
  watching(context: DatabaseContext, process: number): DatabaseContext {
    return {
      ...context,
      openStore: async (...input) => {
        const opened = await context.openStore(...input);
        this.#watch(opened.store.vault, process);
        return opened;
      },
    };
  }

  #watch(vault: { seal(changes: Changes): Changes | Promise<Changes> }, process: number): void {
    if (this.#known.has(vault)) return;
    this.#known.add(vault);
    const seal = vault.seal.bind(vault);
    vault.seal = (changes) => {
      this.admitted.push({ process, writes: written(changes), moment: this.#now() });
      return seal(changes);
    };
  }
}

function written(changes: Changes): Writes {
  return new Map([...changes].map(([name, payload]) => [name, payload && numberOf(payload)]));
}

/** A record's number, which JSON has as it is; what is no record may be moved. */
function numberOf(payload: Uint8Array): number {
  try {
    const record: { readonly n: number } = JSON.parse(new TextDecoder().decode(payload));
    return record.n;
  } catch {
    return DAMAGED.unparsable.n;
  }
}
