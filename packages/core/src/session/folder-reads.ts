import { BabaError, optionError } from "../errors.ts";
import { describeError } from "../log/describe-error.ts";
import type { Log } from "../log/log.ts";
import {
  compileWhere,
  type Exclusion,
  exclusionOf,
  isPromise,
  isSchema,
  onlyChecks,
  type Schema,
  type Where,
} from "../model/index.ts";
import { counted, printable } from "../printable.ts";
import type { EventLoop } from "../runtime/event-loop.ts";
import { checkFolderName } from "../storage/names.ts";
import type { Admission } from "./admission.ts";
import type { FolderCache } from "./folder-cache.ts";
import { checkOptionNames, notASchema } from "./options.ts";
import { load, NOTHING } from "./record.ts";
import { type Chunk, scan } from "./scan.ts";
import { type Text, textIn } from "./text.ts";
import type { View } from "./view.ts";

/** How folder reads treat a record that cannot be read. */
export type ReadOptions = {
  /** `"throw"` (the default) fails at the first, naming it; `"skip"` logs each as an error and goes on. */
  readonly unreadable?: "throw" | "skip";
};

/** One record of a stream, with its name. */
export type StreamedRecord<T> = { readonly filename: string; readonly record: T };

/** Which folder is read, as records of which schema. */
type FolderQuery = {
  readonly folder: string;
  readonly schema: Schema;
  readonly options: ReadOptions | undefined;
};

/** What folder reads need from the session. */
type FolderContext = { readonly log: Log; readonly loop: EventLoop; readonly cache: FolderCache };

type Loader = (name: string, text: Text | undefined, excludes?: Exclusion["ofValue"]) => unknown;

/**
 * Reads of whole folders as one session sees them. They yield to the event loop whenever their time slice is
 * over, and await nothing else per record unless its schema is asynchronous.
 */
export class FolderReads {
  readonly #view: View;
  readonly #admission: Admission;
  readonly #context: FolderContext;

  constructor(view: View, admission: Admission, context: FolderContext) {
    this.#view = view;
    this.#admission = admission;
    this.#context = context;
  }

  /** How many records a folder has. */
  async count(folder: string): Promise<number> {
    const count = await this.#view.count(checkFolderName(folder));
    this.#tell("Counted", folder, counted(count, "record"));
    return count;
  }

  /** All records of a folder, ordered by name. */
  async all(query: FolderQuery): Promise<unknown[]> {
    const records = await this.#collect(query, () => true);
    this.#tell("Read all of", query.folder, counted(records.length, "record"));
    return records;
  }

  /** Those that match. */
  async filter(query: FolderQuery, where: Where<unknown>): Promise<unknown[]> {
    const records = await this.#collect(query, compileWhere(where), exclusionOf(where, query.schema));
    this.#tell("Filtered", query.folder, `${counted(records.length, "record")} found`);
    return records;
  }

  /**
   * The records of a folder that fit, ordered by name. If a schema that only checks has read all of them
   * before, it is not run again on those that `exclusion` rules out.
   */
  async #collect(
    query: FolderQuery,
    fits: (record: unknown) => boolean,
    exclusion?: Exclusion,
  ): Promise<unknown[]> {
    const { folder, schema, options } = query;
    const loaded = this.#loader(query);
    const reader = options?.unreadable !== "skip" && onlyChecks(schema) ? schema : undefined;
    const records: unknown[] = [];
    for await (const { names, texts, isKnown } of this.#scan(folder, reader)) {
      const known = isKnown ? exclusion : undefined;
      for (let i = 0; i < names.length; i++) {
        const pause = this.#context.loop.breathe();
        if (pause !== undefined) await pause;
        const text = texts[i];
        if (typeof text === "string" && known?.ofText(text)) continue;
        const loading = loaded(names[i] ?? "", text, known?.ofValue);
        const record = isPromise(loading) ? await loading : loading;
        if (record !== NOTHING && fits(record)) records.push(record);
      }
      this.#admission.mustBeOpen();
    }
    return records;
  }

  /** Yields a folder's records one at a time; each iteration reads afresh. */
  stream(query: FolderQuery): AsyncIterable<StreamedRecord<unknown>> {
    return { [Symbol.asyncIterator]: () => this.#pass(query) };
  }

  /** Starts from the state at the first `next()`, with the session's changes up to each record's turn. */
  async *#pass(query: FolderQuery): AsyncGenerator<StreamedRecord<unknown>> {
    let [count, isSound] = [0, true];
    try {
      await this.#admission.begin();
      const loaded = this.#loader(query);
      const { generation } = this.#view;
      for await (const { names, texts } of this.#scan(query.folder)) {
        // Do not trust what was read while the database was being closed: its keys may have been wiped.
        this.#admission.mustGoOn();
        for (const [i, filename] of names.entries()) {
          const pause = this.#context.loop.breathe();
          if (pause !== undefined) await pause;
          // What was called since the last record takes effect first, awaited or not; so does a rollback.
          if (this.#admission.isBusy) await this.#admission.begin();
          const text = this.#isStale(filename, generation)
            ? textIn(await this.#view.get(filename))
            : texts[i];
          const loading = loaded(filename, text);
          const record = isPromise(loading) ? await loading : loading;
          if (record !== NOTHING) {
            count += 1;
            yield { filename, record };
          }
          this.#admission.mustGoOn();
        }
      }
    } catch (error) {
      isSound = false;
      throw this.#admission.reported(error);
    } finally {
      if (isSound) this.#tell("Streamed", query.folder, counted(count, "record"));
    }
  }

  /**
   * Whether a text that was read ahead, in a view of this generation, is the record's no more: the session has
   * changed it, or there was a commit or a rollback, and what was read before is no longer validated.
   */
  #isStale(filename: string, generation: number): boolean {
    return this.#view.generation !== generation || this.#view.pending.has(filename);
  }

  #tell(what: string, folder: string, found: string): void {
    this.#context.log.info(`${what} ${printable(folder)}: ${found}`);
  }

  #scan(folder: string, reader?: Schema): AsyncGenerator<Chunk> {
    const { cache, loop } = this.#context;
    return scan({ view: this.#view, cache, loop }, checkFolderName(folder), reader);
  }

  /** Turns a text into a record or `NOTHING`; returns a promise only if the schema does. */
  #loader({ schema, options }: FolderQuery): Loader {
    if (!isSchema(schema)) throw notASchema();
    const skips = checkReadOptions(options).unreadable === "skip";
    const failed = (error: unknown): symbol => {
      if (!skips || !(error instanceof BabaError)) throw error;
      this.#context.log.error(`Skipped a record that cannot be read: ${describeError(error)}`);
      return NOTHING;
    };
    return (name, text, excludes) => {
      // Deleted after it was listed: the commit will detect the conflict.
      if (text === undefined) return NOTHING;
      try {
        const record = load(schema, text, name, excludes);
        return isPromise(record) ? record.catch(failed) : record;
      } catch (error) {
        return failed(error);
      }
    };
  }
}

function checkReadOptions(options: ReadOptions = {}): ReadOptions {
  checkOptionNames(options, ["unreadable"]);
  const { unreadable } = options;
  if (unreadable !== undefined && unreadable !== "throw" && unreadable !== "skip") {
    throw optionError('The option unreadable must be "throw" or "skip".');
  }
  return options;
}
