import type { Person } from "../trial/person.ts";
import type { Counts } from "./counting-file-system.ts";

/** A store to measure, opened on its own folder. */
export interface Store {
  /** Resolves when the engine calls the records committed; one commit, if the engine has commits of many. */
  put(records: readonly Person[]): Promise<unknown>;

  /** The same for existing records, if that is another call. */
  update?(records: readonly Person[]): Promise<unknown>;

  remove(ids: readonly number[]): Promise<unknown>;

  get(id: number): Promise<unknown>;

  /** Many gets one after another in one session, if the engine has sessions. */
  getInOneSession?(ids: readonly number[]): Promise<void>;

  /** Many concurrent gets in one session, if the engine has sessions. */
  getAtOnce?(ids: readonly number[]): Promise<readonly unknown[]>;

  all(): Promise<readonly unknown[]>;

  /** All records without keeping them all in memory, if the engine can do this. */
  stream?(): AsyncIterable<unknown>;

  /** The records of a city, by the engine's own means. */
  filter(city: string): Promise<readonly unknown[]>;

  count(): Promise<number>;

  exists(id: number): Promise<boolean>;

  /** Resolves when everything committed is in place, if that is later than its commit. */
  settled?(): Promise<void>;

  /** Resolves when no deferred work is left. */
  close(): Promise<unknown>;

  /** File system operations so far, if they can be counted. */
  counts?(): Counts;

  /** Milliseconds spent on validating and serialising before each commit, if these are separate calls. */
  readonly queued?: readonly number[];
}

/** Opens a store in an existing folder; `expected` is how many records it has or will have. */
export type OpenStore = (folder: string, expected: number) => Promise<Store>;
