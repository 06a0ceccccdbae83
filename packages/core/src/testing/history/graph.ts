import type { Transaction } from "./history.ts";
import type { Observed } from "./observe.ts";
import type { VersionOrder } from "./versions.ts";

/** The kinds of edges, as bits, so that a search can follow some of them. */
export const GLUE = 1;
export const WW = 2;
export const WR = 4;
export const RW = 8;
export const PROCESS = 16;
export const REAL_TIME = 32;

/** The origin of a dependency: a version of a key, or a listing that is no version. */
export type Note = {
  readonly order: VersionOrder;
  readonly version: number;
  readonly stray?: ReadonlySet<number>;
};

/**
 * Which transactions must precede which, as a compressed sparse row matrix.
 *
 * The first `transactions` nodes are transactions; the others stand for "every one of these before every one
 * of those", which keeps the number of edges linear. Every path from one transaction to the next has exactly
 * one edge that is not `GLUE`, and that edge names the dependency.
 */
export type Graph = {
  readonly transactions: number;
  readonly nodes: number;
  /** The edges of node `n` are `offsets[n]` to `offsets[n + 1]`, exclusive. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly kinds: Uint8Array;
  /** For each edge: an index into `notes`, or -1. */
  readonly noteOf: Int32Array;
  readonly notes: readonly Note[];
};

/**
 * Adya's direct serialization graph: ww, wr and rw dependencies, plus the order of each client's own
 * transactions and real time.
 *
 * @throws {RangeError} if transactions of one client overlap
 */
export function dependencyGraph(observed: Observed, orders: readonly VersionOrder[]): Graph {
  const builder = new GraphBuilder(observed.nodes.length);
  for (const order of orders) addDependencies(builder, observed, order);
  addProcessOrder(builder, observed.nodes);
  addRealTime(builder, observed.nodes);
  return builder.build();
}

/**
 * For each version `v`: its writers -> `installed(v)` -> its readers -> `replaced(v)` -> the writers of the
 * next block. In a list, each version follows from the one before (ww). Names in a listing commute: what was
 * seen once is seen by every larger listing, and what is missing is missing from every smaller one.
 */
function addDependencies(builder: GraphBuilder, observed: Observed, order: VersionOrder): void {
  const writers = observed.writers.get(order.key);
  const writerOf = (value: number): number => writers?.get(value)?.node ?? -1;
  let installedBefore = -1;
  let replacedBefore = -1;
  order.readers.forEach((readers, version) => {
    const note = builder.note({ order, version });
    const installed = builder.node();
    const replaced = builder.node();
    for (const value of order.blocks[version - 1] ?? []) builder.edge(writerOf(value), installed, GLUE);
    for (const value of order.blocks[version] ?? []) builder.edge(replaced, writerOf(value), GLUE);
    for (const reader of readers) {
      builder.edge(installed, reader, WR, note);
      builder.edge(reader, replaced, RW, note);
    }
    if (!order.listing) builder.edge(installed, replaced, WW, note);
    else if (version > 0) {
      builder.edge(installedBefore, installed, GLUE);
      builder.edge(replacedBefore, replaced, GLUE);
    }
    installedBefore = installed;
    replacedBefore = replaced;
  });
  addStrays(builder, order, writerOf);
}

/**
 * For reads outside the version order: their readers follow the appends they show, and precede those they
 * lack.
 */
function addStrays(builder: GraphBuilder, order: VersionOrder, writerOf: (value: number) => number): void {
  for (const stray of order.strays) {
    const seen = new Set(stray.values);
    const note = builder.note({ order, version: -1, stray: seen });
    for (const value of order.position.keys()) {
      if (seen.has(value)) builder.edge(writerOf(value), stray.node, WR, note);
      else builder.edge(stray.node, writerOf(value), RW, note);
    }
  }
}

/**
 * Each client's last committed transaction precedes its next; one of unknown outcome may still happen later.
 */
function addProcessOrder(builder: GraphBuilder, nodes: readonly Transaction[]): void {
  const latest = new Map<string, number>();
  nodes.forEach((transaction, node) => {
    const before = latest.get(transaction.process);
    const earlier = before === undefined ? undefined : nodes[before];
    if (before !== undefined && earlier !== undefined) {
      if (earlier.complete > transaction.start) {
        const ids = `${earlier.id} and ${transaction.id}`;
        throw new RangeError(
          `${ids} of client "${transaction.process}" overlap: give sessions that are open at once a client name each.`,
        );
      }
      builder.edge(before, node, PROCESS);
    }
    if (transaction.outcome === "committed") latest.set(transaction.process, node);
  });
}

/**
 * One node per completion, in a chain: a transaction follows the last completion before its start, and so all
 * earlier ones.
 */
function addRealTime(builder: GraphBuilder, nodes: readonly Transaction[]): void {
  const completions = nodes.flatMap(({ outcome, complete }, node) =>
    outcome === "committed" ? [{ node, complete }] : [],
  );
  completions.sort((a, b) => a.complete - b.complete);
  let next = 0;
  let barrier = -1;
  nodes.forEach((transaction, node) => {
    for (;;) {
      const completion = completions[next];
      if (completion === undefined || completion.complete >= transaction.start) break;
      const behind = builder.node();
      if (barrier >= 0) builder.edge(barrier, behind, GLUE);
      builder.edge(completion.node, behind, REAL_TIME);
      barrier = behind;
      next++;
    }
    if (barrier >= 0) builder.edge(barrier, node, GLUE);
  });
}

class GraphBuilder {
  readonly #transactions: number;
  #nodes: number;
  readonly #sources: number[] = [];
  readonly #targets: number[] = [];
  readonly #kinds: number[] = [];
  readonly #noteOf: number[] = [];
  readonly #notes: Note[] = [];

  constructor(transactions: number) {
    this.#transactions = transactions;
    this.#nodes = transactions;
  }

  node(): number {
    return this.#nodes++;
  }

  note(note: Note): number {
    return this.#notes.push(note) - 1;
  }

  edge(source: number, target: number, kind: number, note = -1): void {
    this.#sources.push(source);
    this.#targets.push(target);
    this.#kinds.push(kind);
    this.#noteOf.push(note);
  }

  build(): Graph {
    const edges = this.#sources.length;
    const offsets = new Int32Array(this.#nodes + 1);
    for (const source of this.#sources) offsets[source + 1] = (offsets[source + 1] ?? 0) + 1;
    for (let n = 0; n < this.#nodes; n++) offsets[n + 1] = (offsets[n + 1] ?? 0) + (offsets[n] ?? 0);
    const place = offsets.slice();
    const targets = new Int32Array(edges);
    const kinds = new Uint8Array(edges);
    const noteOf = new Int32Array(edges);
    this.#sources.forEach((source, edge) => {
      const at = place[source] ?? 0;
      place[source] = at + 1;
      targets[at] = this.#targets[edge] ?? 0;
      kinds[at] = this.#kinds[edge] ?? 0;
      noteOf[at] = this.#noteOf[edge] ?? -1;
    });
    const [transactions, nodes, notes] = [this.#transactions, this.#nodes, this.#notes];
    return { transactions, nodes, offsets, targets, kinds, noteOf, notes };
  }
}
