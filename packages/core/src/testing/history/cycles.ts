import type { Components } from "./components.ts";
import type { Graph, Note } from "./graph.ts";
import { GLUE } from "./graph.ts";

/** One dependency of a cycle, from transaction to transaction. */
export type Hop = {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  readonly note: Note | undefined;
};

/** Edges to look at before a search settles for the shortest cycle found so far. */
const SEARCH_BUDGET = 20_000_000;

/**
 * Finds the shortest cycle through transactions of one component whose first dependency is of a kind in
 * `first` and whose others are of the kinds in `rest`; `undefined` if there is none. If the budget runs out
 * in a very entangled component, a cycle may be missed or not be the shortest.
 */
export class CycleSearch {
  readonly #graph: Graph;
  readonly #stamp: Int32Array;
  readonly #fromState: Int32Array;
  readonly #fromEdge: Int32Array;
  #run = 0;
  #budget = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#stamp = new Int32Array(2 * graph.nodes);
    this.#fromState = new Int32Array(2 * graph.nodes);
    this.#fromEdge = new Int32Array(2 * graph.nodes);
  }

  shortest(
    components: Components,
    tangle: readonly number[],
    first: number,
    rest: number,
  ): Hop[] | undefined {
    this.#budget = SEARCH_BUDGET;
    let best: Hop[] | undefined;
    for (const source of tangle) {
      const cycle = this.#through(source, components.of, first, rest, best?.length ?? tangle.length + 1);
      best = cycle ?? best;
      if (best?.length === 2 || this.#budget <= 0) break;
    }
    return best;
  }

  /**
   * Breadth first by transactions, so that nodes between them cost nothing. A state is a node, plus whether
   * the last transaction before it is not the source: only then does returning to the source close a cycle.
   */
  #through(
    source: number,
    component: Int32Array,
    first: number,
    rest: number,
    below: number,
  ): Hop[] | undefined {
    const { offsets, targets, kinds, transactions } = this.#graph;
    this.#run++;
    let level = [2 * source];
    for (let length = 1; length < below && level.length > 0; length++) {
      const next: number[] = [];
      for (let i = 0; i < level.length; i++) {
        const state = level[i] ?? 0;
        const node = state >> 1;
        const away = node < transactions ? Number(node !== source) : state & 1;
        const mask = node === source ? first : rest;
        const end = offsets[node + 1] ?? 0;
        for (let edge = offsets[node] ?? end; edge < end; edge++) {
          this.#budget--;
          const target = targets[edge] ?? 0;
          if (((kinds[edge] ?? 0) & mask) === 0 || component[target] !== component[source]) continue;
          if (target === source) {
            if (away === 1) return this.#cycle(source, state, edge);
            continue;
          }
          const reached = 2 * target + away;
          if (this.#stamp[reached] === this.#run) continue;
          this.#stamp[reached] = this.#run;
          this.#fromState[reached] = state;
          this.#fromEdge[reached] = edge;
          (target < transactions ? next : level).push(reached);
        }
      }
      level = next;
    }
    return undefined;
  }

  #cycle(source: number, lastState: number, lastEdge: number): Hop[] {
    const { kinds, noteOf, notes, transactions } = this.#graph;
    const hops: Hop[] = [];
    let to = source;
    let kind = GLUE;
    let note: Note | undefined;
    for (let state = lastState, edge = lastEdge; ; ) {
      const taken = kinds[edge] ?? GLUE;
      if (taken !== GLUE) {
        kind = taken;
        note = notes[noteOf[edge] ?? -1];
      }
      const node = state >> 1;
      if (node < transactions) {
        hops.unshift({ from: node, to, kind, note });
        if (node === source) return hops;
        to = node;
        kind = GLUE;
        note = undefined;
      }
      edge = this.#fromEdge[state] ?? 0;
      state = this.#fromState[state] ?? 0;
    }
  }
}
