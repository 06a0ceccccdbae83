import type { Graph } from "./graph.ts";

/** The strongly connected components with at least two transactions. */
export type Components = {
  /** The component of each node. */
  readonly of: Int32Array;
  /** The transactions of each component that has several. */
  readonly tangles: readonly (readonly number[])[];
};

/**
 * Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972) over the edges of the kinds in
 * `mask`, without recursion, since a history's paths are as long as the history.
 */
export function componentsOf(graph: Graph, mask: number): Components {
  const search = new Tarjan(graph, mask);
  for (let node = 0; node < graph.nodes; node++) search.visit(node);
  return { of: search.component, tangles: search.tangles };
}

const UNSEEN = -1;

class Tarjan {
  readonly component: Int32Array;
  readonly tangles: number[][] = [];
  readonly #graph: Graph;
  readonly #mask: number;
  readonly #index: Int32Array;
  readonly #low: Int32Array;
  readonly #nextEdge: Int32Array;
  readonly #path: number[] = [];
  readonly #open: number[] = [];
  #indices = 0;
  #components = 0;

  constructor(graph: Graph, mask: number) {
    this.#graph = graph;
    this.#mask = mask;
    this.component = new Int32Array(graph.nodes).fill(UNSEEN);
    this.#index = new Int32Array(graph.nodes).fill(UNSEEN);
    this.#low = new Int32Array(graph.nodes);
    this.#nextEdge = graph.offsets.slice(0, graph.nodes);
  }

  visit(root: number): void {
    if (this.#index[root] !== UNSEEN) return;
    this.#enter(root);
    for (;;) {
      const node = this.#path.at(-1);
      if (node === undefined) return;
      const child = this.#unseenChild(node);
      if (child !== undefined) this.#enter(child);
      else this.#leave(node);
    }
  }

  #enter(node: number): void {
    this.#index[node] = this.#indices;
    this.#low[node] = this.#indices++;
    this.#path.push(node);
    this.#open.push(node);
  }

  /** Follows the node's edges from where it stopped, until one leads to an unseen node. */
  #unseenChild(node: number): number | undefined {
    const { offsets, targets, kinds } = this.#graph;
    const end = offsets[node + 1] ?? 0;
    for (let edge = this.#nextEdge[node] ?? end; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      if (((kinds[edge] ?? 0) & this.#mask) === 0) continue;
      if (this.#index[target] === UNSEEN) {
        this.#nextEdge[node] = edge + 1;
        return target;
      }
      if (this.component[target] === UNSEEN) this.#lower(node, this.#index[target] ?? 0);
    }
    this.#nextEdge[node] = end;
    return undefined;
  }

  #leave(node: number): void {
    this.#path.pop();
    const low = this.#low[node] ?? 0;
    const parent = this.#path.at(-1);
    if (parent !== undefined) this.#lower(parent, low);
    if (low === this.#index[node]) this.#close(node);
  }

  #close(root: number): void {
    const transactions: number[] = [];
    for (let node = this.#open.pop(); node !== undefined; node = this.#open.pop()) {
      this.component[node] = this.#components;
      if (node < this.#graph.transactions) transactions.push(node);
      if (node === root) break;
    }
    if (transactions.length > 1) this.tangles.push(transactions);
    this.#components++;
  }

  #lower(node: number, index: number): void {
    if (index < (this.#low[node] ?? 0)) this.#low[node] = index;
  }
}
