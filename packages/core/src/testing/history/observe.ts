import type { Anomaly } from "./anomaly.ts";
import { isListingKey, type Transaction } from "./history.ts";

/** Who appended a number to a key. */
export type Writer = {
  readonly transaction: Transaction;
  /** The transaction's node in the graph, or -1 if it did not take effect. */
  readonly node: number;
  /** The index of the append among the transaction's operations. */
  readonly step: number;
};

/** The writers of each key's numbers. */
export type Writers = ReadonlyMap<string, ReadonlyMap<number, Writer>>;

/** What a transaction saw of the others' appends to one key. */
export type Observation = { readonly node: number; readonly values: readonly number[] };

/**
 * A history prepared for the checker: only transactions that took effect, and what they saw of each other.
 */
export type Observed = {
  /** The transactions that took effect, by start; the index is the graph's node. */
  readonly nodes: readonly Transaction[];
  readonly writers: Writers;
  readonly reads: ReadonlyMap<string, readonly Observation[]>;
  readonly anomalies: readonly Anomaly[];
};

/**
 * Finds who wrote what and what each transaction saw of the others, as well as all faults that show in a
 * single read: the kinds `internal`, `duplicate-elements`, `garbage-read` and `G1a`.
 *
 * @throws {RangeError} if a number was appended twice to one key
 */
export function observe(history: readonly Transaction[]): Observed {
  const nodes = effective(history, writersOf(history, new Map()));
  const writers = writersOf(history, new Map(nodes.map((transaction, node) => [transaction, node])));
  const findings = new Findings(writers);
  const reads = new Map<string, Observation[]>();
  nodes.forEach((transaction, node) => {
    for (const [key, raw] of externalReads(transaction, findings)) {
      const observation = { node, values: findings.clean(transaction, key, raw) };
      const ofKey = reads.get(key);
      if (ofKey === undefined) reads.set(key, [observation]);
      else ofKey.push(observation);
    }
  });
  return { nodes, writers, reads, anomalies: findings.anomalies };
}

/** Whether `values` is a prefix of `whole`, or all of it. */
export function isPrefix(values: readonly number[], whole: readonly number[]): boolean {
  if (values.length > whole.length) return false;
  for (let i = 0; i < values.length; i++) if (values[i] !== whole[i]) return false;
  return true;
}

function writersOf(history: readonly Transaction[], nodes: ReadonlyMap<Transaction, number>): Writers {
  const writers = new Map<string, Map<number, Writer>>();
  for (const transaction of history) {
    const node = nodes.get(transaction) ?? -1;
    transaction.operations.forEach((operation, step) => {
      if (operation.kind !== "append") return;
      const { key, value } = operation;
      const ofKey = writers.get(key) ?? new Map<number, Writer>();
      const before = ofKey.get(value);
      if (before !== undefined) {
        const ids = `${before.transaction.id} and ${transaction.id}`;
        throw new RangeError(
          `${ids} appended ${value} to ${key}: give every append to a key its own number.`,
        );
      }
      writers.set(key, ofKey.set(value, { transaction, node, step }));
    });
  }
  return writers;
}

/** The committed transactions, and the unknown ones that one of them saw something of. */
function effective(history: readonly Transaction[], writers: Writers): Transaction[] {
  const taken = history.filter(({ outcome }) => outcome === "committed");
  const unknown = new Set(history.filter(({ outcome }) => outcome === "unknown"));
  const scanned = new Map<string, readonly number[]>();
  for (const transaction of taken) {
    if (unknown.size === 0) break;
    for (const operation of transaction.operations) {
      if (operation.kind !== "read" || operation.result === undefined) continue;
      for (const value of unscanned(scanned, operation.key, operation.result)) {
        const writer = writers.get(operation.key)?.get(value)?.transaction;
        if (writer !== undefined && unknown.delete(writer)) taken.push(writer);
      }
    }
  }
  return taken.sort((a, b) => a.start - b.start);
}

/**
 * The part of a read's result that no earlier read held; if it extends an earlier one, only the new part
 * costs time.
 */
function unscanned(
  scanned: Map<string, readonly number[]>,
  key: string,
  result: readonly number[],
): readonly number[] {
  const known = scanned.get(key) ?? [];
  if (isPrefix(result, known)) return [];
  if (!isPrefix(known, result)) return result;
  scanned.set(key, result);
  return result.slice(known.length);
}

/** For each key that a transaction read: what it saw beneath its own appends. */
function externalReads(transaction: Transaction, findings: Findings): Map<string, readonly number[]> {
  const external = new Map<string, readonly number[]>();
  const own = new Map<string, number[]>();
  const broken = new Set<string>();
  for (const operation of transaction.operations) {
    const { key } = operation;
    const pending = own.get(key) ?? [];
    if (operation.kind === "append") {
      own.set(key, [...pending, operation.value]);
      continue;
    }
    const result = operation.result ?? [];
    const first = external.get(key);
    const beneath = first === undefined ? withoutOwn(key, result, pending) : first;
    const consistent = beneath !== undefined && sameResult(key, result, beneath, pending);
    if (!consistent && !broken.has(key)) {
      findings.internal(transaction, key, result, first, pending);
      broken.add(key);
    }
    if (consistent) external.set(key, beneath);
  }
  for (const [key, values] of external) {
    const future = own.get(key)?.find((value) => values.includes(value));
    if (future === undefined) continue;
    findings.future(transaction, key, future);
    external.delete(key);
  }
  return external;
}

function withoutOwn(
  key: string,
  result: readonly number[],
  own: readonly number[],
): readonly number[] | undefined {
  if (own.length === 0) return result;
  if (isListingKey(key)) return result.filter((value) => !own.includes(value));
  return own.length > result.length ? undefined : result.slice(0, result.length - own.length);
}

function sameResult(
  key: string,
  result: readonly number[],
  beneath: readonly number[],
  own: readonly number[],
): boolean {
  if (result.length !== beneath.length + own.length) return false;
  if (isListingKey(key)) {
    const members = new Set(result);
    return beneath.every((value) => members.has(value)) && own.every((value) => members.has(value));
  }
  return isPrefix(beneath, result) && own.every((value, i) => result[beneath.length + i] === value);
}

/** Collects the faults of single reads, each fault of a number once. */
class Findings {
  readonly anomalies: Anomaly[] = [];
  readonly #writers: Writers;
  readonly #flawless = new Map<string, readonly number[]>();
  readonly #told = new Set<string>();

  constructor(writers: Writers) {
    this.#writers = writers;
  }

  /** The read without repeated numbers and without those that no effective transaction appended. */
  clean(reader: Transaction, key: string, values: readonly number[]): readonly number[] {
    const known = this.#flawless.get(key) ?? [];
    if (isPrefix(values, known)) return values;
    const seen = new Set<number>();
    const kept = values.filter((value) => {
      const repeated = seen.has(value);
      seen.add(value);
      if (repeated) this.#duplicate(reader, key, value);
      return !repeated && this.#isEffective(reader, key, value);
    });
    if (kept.length === values.length && isPrefix(known, values)) this.#flawless.set(key, values);
    return kept;
  }

  internal(
    reader: Transaction,
    key: string,
    result: readonly number[],
    before: readonly number[] | undefined,
    own: readonly number[],
  ): void {
    const earlier = before === undefined ? "" : ` after it had read ${listOf(before)}`;
    const appended =
      own.length === 0 ? "" : `${before === undefined ? " after" : " and"} it had appended ${listOf(own)}`;
    this.#add("internal", [reader], `${reader.id} read ${listOf(result)} of ${key}${earlier}${appended}`);
  }

  future(reader: Transaction, key: string, value: number): void {
    this.#add("internal", [reader], `${reader.id} read ${value} of ${key} before it appended it`);
  }

  #duplicate(reader: Transaction, key: string, value: number): void {
    this.#once(
      "duplicate-elements",
      [reader],
      key,
      value,
      `${reader.id} read ${value} more than once in ${key}`,
    );
  }

  #isEffective(reader: Transaction, key: string, value: number): boolean {
    const writer = this.#writers.get(key)?.get(value);
    if (writer === undefined) {
      const words = `${reader.id} read ${value} of ${key}, which nobody appended`;
      this.#once("garbage-read", [reader], key, value, words);
      return false;
    }
    if (writer.node >= 0) return true;
    const words = `${reader.id} read ${value} of ${key}, which ${writer.transaction.id} appended before it was aborted`;
    this.#once("G1a", [writer.transaction, reader], key, value, words);
    return false;
  }

  #once(kind: Anomaly["kind"], of: readonly Transaction[], key: string, value: number, words: string): void {
    const name = `${kind} ${key} ${value}`;
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.#add(kind, of, words);
  }

  #add(kind: Anomaly["kind"], of: readonly Transaction[], explanation: string): void {
    this.anomalies.push({ kind, transactions: of.map(({ id }) => id), explanation });
  }
}

/** A list for a sentence: only its last numbers if there are many. */
export function listOf(values: readonly number[]): string {
  return values.length <= 8 ? `[${values.join(", ")}]` : `[... ${values.slice(-6).join(", ")}]`;
}
