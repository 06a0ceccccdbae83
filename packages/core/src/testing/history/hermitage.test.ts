import { describe, expect, test } from "vitest";
import {
  HERMITAGE_CASES,
  HERMITAGE_INITIAL,
  type HermitageClient,
  type HermitageName,
  runHermitage,
} from "./hermitage.ts";

class Conflict extends Error {}

type Level = "none" | "committed" | "snapshot" | "serializable";

/** Stores with each weakness: dirty, read committed, snapshot isolation, serializable. */
class WeakStore {
  readonly #level: Level;
  readonly #state = new Map(HERMITAGE_INITIAL);
  readonly #changedAt = new Map<string, number>();
  #commits = 0;

  constructor(level: Level) {
    this.#level = level;
  }

  async begin(): Promise<HermitageClient> {
    const began = this.#commits;
    const snapshot = new Map(this.#state);
    const buffer = new Map<string, number>();
    const undo = new Map<string, number | undefined>();
    const read = new Set<string>();
    const dirty = this.#level === "none";
    const base = this.#level === "snapshot" || this.#level === "serializable" ? snapshot : this.#state;
    return {
      read: async (key) => {
        read.add(key);
        return buffer.get(key) ?? base.get(key);
      },
      list: async () => {
        read.add("*");
        return [...new Set([...base.keys(), ...buffer.keys()])];
      },
      write: async (key, value) => {
        if (dirty && !undo.has(key)) undo.set(key, this.#state.get(key));
        if (dirty) this.#state.set(key, value);
        else buffer.set(key, value);
      },
      commit: async () => {
        const judged = [...(this.#level === "serializable" ? read : []), ...buffer.keys()];
        const late = judged.some((key) => (this.#changedAt.get(key) ?? 0) > began);
        if (base === snapshot && late) throw new Conflict();
        this.#apply(buffer);
      },
      rollback: async () => {
        for (const [key, value] of undo) if (value !== undefined) this.#state.set(key, value);
      },
    };
  }

  #apply(buffer: ReadonlyMap<string, number>): void {
    if (buffer.size > 0) this.#commits++;
    for (const [key, value] of buffer) {
      if (!this.#state.has(key)) this.#changedAt.set("*", this.#commits);
      this.#changedAt.set(key, this.#commits);
      this.#state.set(key, value);
    }
  }
}

const SHOWN: Record<Level, readonly HermitageName[]> = {
  none: ["G0", "G1a", "G1b", "G1c", "OTV", "PMP", "P4", "G-single", "G2-item", "G2"],
  committed: ["PMP", "P4", "G-single", "G2-item", "G2"],
  snapshot: ["G2-item", "G2"],
  serializable: [],
};

async function shownBy(level: Level): Promise<HermitageName[]> {
  const shown: HermitageName[] = [];
  for (const example of HERMITAGE_CASES) {
    const store = new WeakStore(level);
    const trace = await runHermitage(
      example,
      () => store.begin(),
      (error) => error instanceof Conflict,
    );
    if (example.occurred(trace)) shown.push(example.name);
  }
  return shown;
}

describe("HERMITAGE_CASES", () => {
  test.each(["none", "committed", "snapshot", "serializable"] as const)(
    "tell what isolation level %s permits",
    async (level) => {
      const shown = await shownBy(level);
      expect(shown).toEqual(SHOWN[level]);
    },
  );

  test("are ten", () => {
    expect(HERMITAGE_CASES.map(({ name }) => name)).toEqual(SHOWN.none);
  });
});

describe("runHermitage()", () => {
  test("throws on an error that is no conflict", async () => {
    const [example] = HERMITAGE_CASES;
    if (example === undefined) throw new Error("no case");
    const store = new WeakStore("none");
    const begin = async (): Promise<HermitageClient> => ({
      ...(await store.begin()),
      commit: () => Promise.reject(new Error("disk")),
    });
    await expect(runHermitage(example, begin, () => false)).rejects.toThrow("disk");
  });
});
