/**
 * What clients saw of a database while using it concurrently: the input of {@link checkHistory}.
 *
 * The model is the list-append model of Elle (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from
 * Experimental Observations", VLDB 2020, arXiv 2003.10554): a key holds a list of numbers, a write appends
 * one number that is never appended to that key again, and a read returns the whole list.
 *
 * @module
 */

/** Appends a number to a key's list; for a listing, creates the record that the number stands for. */
export type Append = { readonly kind: "append"; readonly key: string; readonly value: number };

/**
 * Reads a key's list, including the transaction's own earlier appends; `undefined` if there is no such
 * record.
 */
export type Read = {
  readonly kind: "read";
  readonly key: string;
  readonly result: readonly number[] | undefined;
};

/** One step of a transaction. A read whose result never became known is left out. */
export type Operation = Append | Read;

/**
 * How a transaction ended: `unknown` if its client cannot tell (killed during the commit, a commit that
 * failed with `BABA_COMMIT_UNKNOWN`); it may take effect at any time after its start, or never.
 */
export type Outcome = "committed" | "aborted" | "unknown";

/** One transaction as its client saw it. */
export type Transaction = {
  /** The client: it runs one transaction at a time. Concurrent sessions need distinct names. */
  readonly process: string;
  /** Unique in the history. */
  readonly id: string;
  /**
   * When the client began, on a clock shared by all clients (a counter, or the machine's monotonic clock).
   */
  readonly start: number;
  /** When the client learned the outcome, on the same clock; meaningless if the outcome is `unknown`. */
  readonly complete: number;
  /** In the order in which the client called them. */
  readonly operations: readonly Operation[];
  readonly outcome: Outcome;
};

/**
 * The key under which a folder's names are the list of a history.
 *
 * A listing is a set, not a list: the order of its numbers means nothing, and two appends commute.
 *
 * @example
 * ```ts
 * import { listingKey } from "@baba/core/testing";
 * console.log(listingKey("heroes")); // heroes/
 * ```
 */
export function listingKey(folder: string): string {
  return `${folder}/`;
}

/**
 * Whether the key came from {@link listingKey}.
 *
 * @example
 * ```ts
 * import { isListingKey, listingKey } from "@baba/core/testing";
 * console.log(isListingKey(listingKey("heroes")), isListingKey("heroes")); // true false
 * ```
 */
export function isListingKey(key: string): boolean {
  return key.endsWith("/");
}

/**
 * One line of a history file, including its newline.
 *
 * A client that may be killed writes each transaction twice: with the outcome `unknown` before it commits,
 * and with the true one afterwards. The later line counts, so that a commit whose client died is not
 * forgotten.
 *
 * @example
 * ```ts
 * import { historyLine } from "@baba/core/testing";
 * const line = historyLine({
 *   process: "a", id: "a-1", start: 1, complete: 2, outcome: "committed",
 *   operations: [{ kind: "append", key: "x", value: 7 }],
 * });
 * console.log(line.endsWith("\n")); // true
 * ```
 */
export function historyLine(transaction: Transaction): string {
  const { process, id, start, complete, outcome } = transaction;
  const operations = transaction.operations.map((operation) =>
    operation.kind === "append" ? operation : { ...operation, result: operation.result ?? null },
  );
  return `${JSON.stringify({ process, id, start, complete, outcome, operations })}\n`;
}

/**
 * Merges several clients' history files, given as text, into one history ordered by start.
 *
 * The last line for an `id` counts; a last line without a newline was cut off by a crash and is left out.
 *
 * @throws {SyntaxError} if a line is not a transaction
 * @throws {RangeError} if two clients used the same `id`
 *
 * @example
 * ```ts
 * import { mergeHistories } from "@baba/core/testing";
 * const line = '{"process":"a","id":"a-1","start":1,"complete":2,"outcome":"committed","operations":[]}\n';
 * console.log(mergeHistories([line]).length); // 1
 * ```
 */
export function mergeHistories(texts: Iterable<string>): Transaction[] {
  const byId = new Map<string, Transaction>();
  for (const text of texts) {
    for (const transaction of parseHistory(text)) {
      const before = byId.get(transaction.id);
      if (before !== undefined && before.process !== transaction.process) {
        throw new RangeError(
          `Two clients, "${before.process}" and "${transaction.process}", used the id "${transaction.id}".`,
        );
      }
      byId.set(transaction.id, transaction);
    }
  }
  return [...byId.values()].sort((a, b) => a.start - b.start);
}

function parseHistory(text: string): Transaction[] {
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line, index) => {
    try {
      return transactionOf(JSON.parse(line));
    } catch (cause) {
      throw new SyntaxError(`Line ${index + 1} of a history is not a transaction: ${String(cause)}`, {
        cause,
      });
    }
  });
}

function transactionOf(value: unknown): Transaction {
  const fields = fieldsOf(value);
  const operations = fields.operations;
  if (!Array.isArray(operations)) throw new TypeError('"operations" is not an array');
  return {
    process: stringOf(fields.process, "process"),
    id: stringOf(fields.id, "id"),
    start: numberOf(fields.start, "start"),
    complete: numberOf(fields.complete, "complete"),
    outcome: outcomeOf(fields.outcome),
    operations: operations.map(operationOf),
  };
}

function operationOf(value: unknown): Operation {
  const fields = fieldsOf(value);
  const key = stringOf(fields.key, "key");
  if (fields.kind === "append") return { kind: "append", key, value: numberOf(fields.value, "value") };
  if (fields.kind !== "read") throw new TypeError('"kind" is neither "append" nor "read"');
  const result = fields.result;
  if (result === null) return { kind: "read", key, result: undefined };
  if (!Array.isArray(result)) throw new TypeError('"result" is neither an array nor null');
  return { kind: "read", key, result: result.map((element) => numberOf(element, "result")) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new TypeError("an object was expected");
  return { ...value };
}

function stringOf(value: unknown, name: string): string {
  if (typeof value !== "string") throw new TypeError(`"${name}" is not a string`);
  return value;
}

function numberOf(value: unknown, name: string): number {
  if (typeof value !== "number") throw new TypeError(`"${name}" is not a number`);
  return value;
}

function outcomeOf(value: unknown): Outcome {
  if (value === "committed" || value === "aborted" || value === "unknown") return value;
  throw new TypeError('"outcome" is none of "committed", "aborted" and "unknown"');
}
