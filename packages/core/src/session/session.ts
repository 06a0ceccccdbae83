import type { Log } from "../log/log.ts";
import {
  type InputOf,
  isSchema,
  type LoadableSchema,
  type OutputOf,
  type Schema,
  type Where,
} from "../model/index.ts";
import { printable } from "../printable.ts";
import { checkRecordName } from "../storage/names.ts";
import type { Content } from "../storage/storage.ts";
import type { Admission } from "./admission.ts";
import type { FolderCache } from "./folder-cache.ts";
import { FolderReads, type ReadOptions, type StreamedRecord } from "./folder-reads.ts";
import { notASchema, schemaTooLate } from "./options.ts";
import { PendingChanges } from "./pending-changes.ts";
import { load, serialise } from "./record.ts";
import { textIn } from "./text.ts";
import type { UnitOfWork } from "./unit-of-work.ts";
import type { View } from "./view.ts";

/** A call's arguments and optional schema. An object, as destructuring a list is slow in cold code. */
type Arguments = { readonly schema: Schema; readonly first: unknown; readonly second: unknown };

/**
 * A transaction: reads that see the session's own changes, and changes that are committed atomically. Made by
 * `db.asyncSession()`. After its end, every call throws `BABA_SESSION_CLOSED`, and after that of its database
 * every call but `rollback()` throws `BABA_CLOSED`. Calls that read or commit also throw any error of
 * `db.open()`: the first of them opens the store, and all follow its journal.
 *
 * @example
 * ```ts
 * import { assemble, Database } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * import * as v from "valibot";
 * await using db = new Database(v.object({ id: v.number() }), { logging: false }, assemble(memoryRuntime()));
 * await using session = db.asyncSession();
 * console.log(await session.add({ id: 1 })); // 1.baba
 * await session.commit();
 * ```
 */
export class AsyncSession<S extends Schema> {
  readonly #unit: UnitOfWork;
  readonly #view: View;
  readonly #admission: Admission;
  readonly #schema: S;
  readonly #log: Log;
  readonly #folders: FolderReads;
  readonly #changes: PendingChanges;

  /** @internal Call `db.asyncSession()` instead. */
  constructor(unit: UnitOfWork, schema: S, cache: FolderCache) {
    const { view, admission, log, loop } = unit;
    this.#unit = unit;
    this.#view = view;
    this.#admission = admission;
    this.#schema = schema;
    this.#log = log;
    this.#changes = new PendingChanges(view, log);
    this.#folders = new FolderReads(view, admission, { log, loop, cache });
  }

  /**
   * Queues a record to be written and resolves to its file name. It is validated now and written by the
   * commit. Without `filename`, the name is `${record.id}.baba`. The schema must not await this session's
   * calls.
   *
   * @throws `BABA_VALIDATION`, `BABA_NOT_LOADABLE`, `BABA_UNSERIALIZABLE`, `BABA_ID_MISSING`, `BABA_NAME`;
   * `BABA_OPTION` if `schema` is none
   * @example
   * ```ts
   * import { assemble, Database } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * const Hero = v.object({ id: v.number(), team: v.optional(v.string()) });
   * await using db = new Database(Hero, { logging: false }, assemble(memoryRuntime()));
   * await db.asyncSession(async (session) => {
   *   console.log(await session.add({ id: 1 })); // 1.baba
   *   console.log(await session.add({ id: 2 }, "heroes/bob.baba")); // heroes/bob.baba
   *   const Note = v.object({ id: v.string(), text: v.string() }); // another schema, in the same folder
   *   console.log(await session.add(Note, { id: "a", text: "hello" })); // a.baba
   * });
   * ```
   */
  add(record: InputOf<S>, filename?: string): Promise<string>;
  /** The same for a record of another schema. */
  add<T extends Schema>(
    schema: T & LoadableSchema<T>,
    record: InputOf<T>,
    filename?: string,
  ): Promise<string>;
  add(...input: readonly unknown[]): Promise<string> {
    return this.#queue(input);
  }

  /** An alias of {@link AsyncSession.add}; both replace an existing record of the same name. */
  update(record: InputOf<S>, filename?: string): Promise<string>;
  /** The same for a record of another schema. */
  update<T extends Schema>(
    schema: T & LoadableSchema<T>,
    record: InputOf<T>,
    filename?: string,
  ): Promise<string>;
  update(...input: readonly unknown[]): Promise<string> {
    return this.#queue(input);
  }

  /**
   * Queues the deletion of a record; resolves to whether it existed.
   *
   * @throws `BABA_NAME`, `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_IO`
   */
  delete(filename: string): Promise<boolean> {
    return this.#admission.change(() => this.#changes.delete(filename));
  }

  /**
   * Queues renaming a record, whose contents stay as stored; resolves to whether it existed. A sealed record
   * is bound to its name, so this is the way to rename one.
   *
   * @throws `BABA_NAME`, `BABA_EXISTS` if there is a record of the new name, and any error of reading the
   * record
   */
  move(from: string, to: string): Promise<boolean> {
    return this.#admission.change(() => this.#changes.move(from, to));
  }

  /**
   * Reads one record; `undefined` if it does not exist.
   *
   * @throws `BABA_NAME`, `BABA_OPTION` if `schema` is none, and what makes the record unreadable: `BABA_CODEC`, `BABA_UTF8`, `BABA_JSON`,
   * `BABA_SCHEMA_MISMATCH`, `BABA_NOT_A_RECORD`, `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_IO`; and in a
   * store with keys `BABA_TAMPERED`, `BABA_KEY_UNKNOWN`, `BABA_NOT_SEALED`, `BABA_SEALED`, `BABA_ENVELOPE`, and
   * `BABA_KEYRING` or `BABA_KEY_WRONG` if the key file has changed and does not open
   */
  get(filename: string): Promise<OutputOf<S> | undefined>;
  /** The same for a record of another schema. */
  get<T extends Schema>(schema: T, filename: string): Promise<OutputOf<T> | undefined>;
  get(first: unknown, second?: unknown): Promise<unknown> {
    return this.#admission.read(() => {
      const own = !isSchema(first);
      if (own && second !== undefined) throw isSchema(second) ? schemaTooLate() : notASchema();
      const schema = own ? this.#schema : first;
      const name = checkRecordName(own ? first : second);
      const payload = this.#view.get(name);
      if (payload instanceof Promise) return payload.then((found) => this.#record(schema, name, found));
      return this.#record(schema, name, payload);
    });
  }

  /**
   * Resolves to whether the record exists, readable or not.
   *
   * @throws `BABA_NAME`, `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_IO`
   */
  exists(filename: string): Promise<boolean> {
    return this.#admission.read(async () => {
      const name = checkRecordName(filename);
      const exists = await this.#view.has(name);
      this.#log.debug(() => `Looked for ${printable(name)}: ${exists ? "it is there" : "no such record"}`);
      return exists;
    });
  }

  /**
   * How many records a folder has, readable or not, without its subfolders.
   *
   * @throws `BABA_NAME`, `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_IO`
   */
  count(folder = "."): Promise<number> {
    return this.#admission.read(() => this.#folders.count(folder));
  }

  /**
   * All records of a folder, excluding subfolders, ordered by the UTF-8 bytes of their names.
   *
   * @throws `BABA_NAME`, `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_IO`, `BABA_OPTION`; the error of a
   * record that cannot be read, naming it, unless `unreadable` is `"skip"`
   */
  all(folder?: string, schema?: undefined, options?: ReadOptions): Promise<OutputOf<S>[]>;
  /** The same for records of another schema. */
  all<T extends Schema>(folder: string, schema: T, options?: ReadOptions): Promise<OutputOf<T>[]>;
  all(folder = ".", schema: Schema = this.#schema, options?: ReadOptions): Promise<unknown[]> {
    return this.#admission.read(() => this.#folders.all({ folder, schema, options }));
  }

  /**
   * The records of a folder that match `where`: an object of required property values (deep equality), or a
   * predicate. A type guard also narrows the result.
   *
   * @throws `BABA_OPTION` if `where` is neither; and like {@link AsyncSession.all}
   * @example
   * ```ts
   * import { assemble, Database } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * const Hero = v.object({ id: v.number(), team: v.optional(v.string()) });
   * await using db = new Database(Hero, { logging: false }, assemble(memoryRuntime()));
   * await db.asyncSession(async (session) => {
   *   await session.add({ id: 1, team: "red" });
   *   await session.add({ id: 2 });
   *   console.log(await session.filter(".", { team: "red" })); // [ { id: 1, team: "red" } ]
   *   type Hero = v.InferOutput<typeof Hero>;
   *   const hasTeam = (hero: Hero): hero is Hero & { team: string } => hero.team !== undefined;
   *   const [hero] = await session.filter(".", hasTeam);
   *   console.log(hero?.team.toUpperCase()); // RED
   * });
   * ```
   */
  filter<R extends OutputOf<S>>(
    folder: string,
    where: (record: OutputOf<S>) => record is R,
    options?: ReadOptions,
  ): Promise<R[]>;
  /** The same without narrowing, by an object or any predicate. */
  filter(folder: string, where: Where<OutputOf<S>>, options?: ReadOptions): Promise<OutputOf<S>[]>;
  /** The same for records of another schema, narrowed by a type guard. */
  filter<T extends Schema, R extends OutputOf<T>>(
    folder: string,
    schema: T,
    where: (record: OutputOf<T>) => record is R,
    options?: ReadOptions,
  ): Promise<R[]>;
  /** The same for records of another schema. */
  filter<T extends Schema>(
    folder: string,
    schema: T,
    where: Where<OutputOf<T>>,
    options?: ReadOptions,
  ): Promise<OutputOf<T>[]>;
  filter(folder: string, ...input: readonly unknown[]): Promise<unknown[]> {
    return this.#admission.read(async () => {
      const { schema, first, second } = this.#withSchema(input);
      const query = { folder, schema, options: second as ReadOptions | undefined };
      return this.#folders.filter(query, first as Where<unknown>);
    });
  }

  /**
   * Yields a folder's records and names, in bounded memory. Each iteration reads afresh.
   *
   * @throws like `all`
   */
  stream(
    folder?: string,
    schema?: undefined,
    options?: ReadOptions,
  ): AsyncIterable<StreamedRecord<OutputOf<S>>>;
  /** The same for records of another schema. */
  stream<T extends Schema>(
    folder: string | undefined,
    schema: T,
    options?: ReadOptions,
  ): AsyncIterable<StreamedRecord<OutputOf<T>>>;
  stream(
    folder = ".",
    schema: Schema = this.#schema,
    options?: ReadOptions,
  ): AsyncIterable<StreamedRecord<unknown>> {
    return this.#folders.stream({ folder, schema, options });
  }

  /**
   * Commits all queued changes atomically, after checking that nothing the session has read has changed
   * since. The session can go on afterwards, with a fresh view.
   *
   * @throws {ConflictError} if a later commit changed what was read, {LockedError} if the write lock stays
   * taken, or was taken away by force before, `BABA_SETTLE` if earlier commits cannot be put in place,
   * `BABA_UNSERIALIZABLE` for more than 512 MiB, `BABA_NOT_A_RECORD` or `BABA_NOT_A_FOLDER` if something else
   * is in a place, `BABA_DISK_FULL` and the like, and with keys `BABA_NOT_SEALED`, `BABA_KEYRING` or `BABA_KEY_WRONG`: then nothing is written.
   * {CommitUnknownError} if it is not known whether it counts. Any error of a failed call
   * that nobody awaited
   */
  commit(): Promise<void> {
    return this.#unit.commit();
  }

  /** Discards all queued changes. The session can go on; its earlier reads cause no conflicts any more. */
  rollback(): void {
    this.#unit.rollback();
  }

  /** Ends the session and discards uncommitted changes, with a warning. Called by `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#unit.dispose();
  }

  #queue(input: readonly unknown[]): Promise<string> {
    return this.#admission.change(() => {
      const { schema, first, second } = this.#withSchema(input);
      const serialised = serialise(schema, first, second);
      return serialised instanceof Promise
        ? serialised.then((named) => this.#changes.write(named))
        : this.#changes.write(serialised);
    });
  }

  #record(schema: Schema, name: string, payload: Content): unknown {
    const text = textIn(payload);
    this.#log.debug(() => `Read ${printable(name)}${text === undefined ? ": no such record" : ""}`);
    return text === undefined ? undefined : load(schema, text, name);
  }

  /** Splits off a leading schema, or takes the database's, and the next two arguments. */
  #withSchema(input: readonly unknown[]): Arguments {
    if (isSchema(input[0])) return { schema: input[0], first: input[1], second: input[2] };
    if (isSchema(input[1])) throw schemaTooLate();
    if (input[2] !== undefined) throw notASchema();
    return { schema: this.#schema, first: input[0], second: input[1] };
  }
}
