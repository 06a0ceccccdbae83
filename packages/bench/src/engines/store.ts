import type { Person } from "../trial/records.ts";
import type { Counts } from "./counting-file-system.ts";

/** A store under measurement, opened on one folder of its own. */
export interface Store {
  /** From new objects in memory to a commit that the engine calls done; as one commit, where it has commits of many. */
  put(records: readonly Person[]): Promise<unknown>;

  /** The same for records that are there already, where that is another call. */
  update?(records: readonly Person[]): Promise<unknown>;

  remove(ids: readonly number[]): Promise<unknown>;

  get(id: number): Promise<unknown>;

  /** Many gets one after another in one session, where the engine has sessions. */
  getInOneSession?(ids: readonly number[]): Promise<void>;

  /** Many gets at once in one session, where the engine has sessions. */
  getAtOnce?(ids: readonly number[]): Promise<readonly unknown[]>;

  all(): Promise<readonly unknown[]>;

  /** All records without holding them all at once, where the engine can. */
  stream?(): AsyncIterable<unknown>;

  /** The records of a city, by what the engine has for it. */
  filter(city: string): Promise<readonly unknown[]>;

  count(): Promise<number>;

  exists(id: number): Promise<boolean>;

  /** Resolves when everything committed stands where it belongs, where that is later than its commit. */
  settled?(): Promise<void>;

  /** Resolves when no work is left for later. */
  close(): Promise<unknown>;

  /** What was asked of the file system until now, where it can be counted. */
  counts?(): Counts;

  /** Milliseconds that each commit spent on validating and serialising before it, where these are calls of their own. */
  readonly queued?: readonly number[];
}

/** Opens a store in a folder that exists; `expected` is how many records it holds or will hold. */
export type OpenStore = (folder: string, expected: number) => Promise<Store>;
