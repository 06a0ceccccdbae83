import { BabaError } from "../../errors.ts";
import type { FileSystem, Move } from "../../file-system/file-system.ts";
import { inLanes } from "../../lanes.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import { systemCode } from "../../system-error.ts";
import { ioErrorAmong } from "../io-error.ts";
import { gone } from "../journal/refusals.ts";
import { TEMPORARY_FOLDER } from "../layout.ts";
import { folderOf } from "../names.ts";
import { inPieces } from "../pieces.ts";
import type { Changes } from "../storage.ts";
import { folderError, kindsOf, refuseObstacles, refuseObstaclesIn } from "./obstacles.ts";
import {
  batches,
  discard,
  type Placement,
  type RecordText,
  textBytes,
  textsOf,
  writeTexts,
} from "./placement.ts";
import { Staging } from "./staging.ts";
import { TextRooms } from "./text-rooms.ts";

/** Batches in progress at once: while one is written, the next is encoded. */
const LANES = 2;
/** From this many names in one folder on, the folder is listed instead of looking each name up. */
const MANY_LOOKS = 2000;

/**
 * Puts record files in place and removes them. Single files appear atomically (a temporary file in the
 * store's own folder, renamed into place); commits are unknown here.
 */
export class RecordPlacer {
  readonly #files: FileSystem;
  readonly #token: () => string;
  readonly #mustHold: () => Promise<void>;
  readonly #folders = new Set<string>();
  readonly #staging: Staging;
  readonly #textRooms = new TextRooms();

  /**
   * `token` is a text that no other process uses, for the names of temporary files. `mustHold` throws if the
   * write lock was taken away; `place` calls it between writing temporary files and renaming them, and before
   * it removes files.
   */
  constructor(files: FileSystem, token: string, mustHold: () => Promise<void> = async () => {}) {
    let count = 0;
    this.#files = files;
    this.#mustHold = mustHold;
    this.#token = () => `${token}-${(count++).toString(36)}`;
    this.#staging = new Staging(files, this.#token);
  }

  /**
   * Checks that nothing but records is in the places of these changes, and makes the folders that they need,
   * so that obstacles to placing a commit are found before it is made. A refused commit makes no folder, and none
   * makes the directory anew.
   *
   * @throws `BABA_NOT_A_FOLDER`, `BABA_NOT_A_RECORD`, `BABA_PERMISSION`, `BABA_DISK_FULL`, `BABA_IO`
   */
  async prepare(changes: Changes, breathe: Breathe): Promise<void> {
    // Each folder of these names, and whether something is put into it.
    const folders = new Map<string, boolean>();
    await inPieces(changes, breathe, (name, payload) => {
      const folder = folderOf(name);
      if (payload !== undefined || !folders.has(folder)) folders.set(folder, payload !== undefined);
    });
    const needed = [...folders.keys()].filter((folder) => folders.get(folder) && !this.#folders.has(folder));
    const [folder, more] = folders.keys();
    if (folder !== undefined && more === undefined && changes.size >= MANY_LOOKS)
      await refuseObstaclesIn(this.#files, folder, changes);
    else await refuseObstacles(this.#files, [...changes.keys()]);
    if (needed.length > 0 && !(await this.#isStoreThere())) throw gone();
    for (const folder of needed) await this.#makeFolder(folder);
  }

  /**
   * Puts each file in place; not durable before its sync. While one batch is written, the next is encoded.
   * After a failure, any of the files may be in place, and no further batch is begun.
   */
  async place(placements: Iterable<Placement>): Promise<void> {
    await inLanes(batches(placements), LANES, (batch) => this.#placeBatch(batch));
  }

  /**
   * Writes the texts of a few files beforehand, so that `place` only has to rename them; nothing if there are
   * many, or if that fails. A name's last payload counts. After `stage`, call `place` or `unstage`.
   */
  stage(changes: readonly Changes[]): Promise<void> {
    return this.#staging.stage(changes);
  }

  /** Removes what was staged and will not be placed. */
  unstage(): Promise<void> {
    return this.#staging.clear();
  }

  /**
   * Tries again if something was removed behind our back: what is staged or was just written, or a folder
   * found or made before.
   */
  async #placeBatch(batch: readonly Placement[]): Promise<void> {
    try {
      await this.#tryBatch(batch);
    } catch (error) {
      if (!isMiss(error) || !(await this.#isStoreThere())) throw error;
      this.#folders.clear();
      await this.#tryBatch(batch);
    }
  }

  async #tryBatch(batch: readonly Placement[]): Promise<void> {
    const moves: Move[] = [];
    const unwritten: Placement[] = [];
    const gone: string[] = [];
    for (const placement of batch) {
      const name = placement[0];
      const payload = placement[1];
      const from = this.#staging.take(name, payload);
      if (from !== undefined) moves.push({ from, to: name });
      else if (payload !== undefined) unwritten.push(placement);
      else gone.push(name);
    }
    if (moves.length > 0) await this.#move(moves);
    if (unwritten.length > 0) await this.#put(unwritten);
    if (gone.length > 0) await this.#remove(gone);
  }

  async #move(moves: readonly Move[]): Promise<void> {
    await this.#files.rename(moves).catch((error: unknown) => this.#notPlaced(error, moves));
  }

  async #put(batch: readonly Placement[]): Promise<void> {
    for (const placement of batch) {
      const folder = folderOf(placement[0]);
      if (!this.#folders.has(folder)) await this.#makeFolder(folder);
    }
    await this.#textRooms.lend(textBytes(batch), (encode) =>
      this.#write(textsOf(batch, this.#token, encode)),
    );
  }

  /**
   * Whoever takes the lock by force after the look at it removes these temporary files before anything else.
   */
  async #write(texts: readonly RecordText[]): Promise<void> {
    const moves = texts.map(({ temporary, name }): Move => ({ from: temporary, to: name }));
    await writeTexts(this.#files, texts)
      .then(() => this.#mustHold())
      .catch((error: unknown) => this.#notPlaced(error, moves));
    await this.#move(moves);
  }

  async #remove(names: readonly string[]): Promise<void> {
    await this.#mustHold();
    await this.#files.remove(names).catch((error: unknown) => {
      throw ioErrorAmong(error, names, "remove");
    });
  }

  async #notPlaced(error: unknown, moves: readonly Move[]): Promise<never> {
    const names = moves.map(({ to }) => to);
    await discard(
      this.#files,
      moves.map(({ from }) => from),
    );
    // Among many names, report the one that has an obstacle in its place.
    const refusal = await refuseObstacles(this.#files, names).catch((cause: BabaError) => cause);
    if (refusal?.code === "BABA_NOT_A_RECORD" || refusal?.code === "BABA_NOT_A_FOLDER") throw refusal;
    throw ioErrorAmong(error, names, "put in place");
  }

  /** Making a record's folder would make the directory too, which must not be made anew. */
  async #isStoreThere(): Promise<boolean> {
    const [kind] = await kindsOf(this.#files, [TEMPORARY_FOLDER]);
    return kind === "folder";
  }

  async #makeFolder(folder: string): Promise<void> {
    await this.#files.makeFolder(folder).catch((error: unknown) => {
      throw folderError(error, folder);
    });
    this.#folders.add(folder);
  }
}

/** Whether a file or a folder was not found where one was needed. */
function isMiss(error: unknown): boolean {
  return error instanceof BabaError && systemCode(error.cause) === "ENOENT";
}
