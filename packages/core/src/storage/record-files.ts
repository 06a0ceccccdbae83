import { inLanes } from "../adapter/lanes.ts";
import { Arena } from "../arena.ts";
import { decodedSize, decodeInto } from "../codec/index.ts";
import { BabaError } from "../errors.ts";
import type { EntryKind, FileSystem, Move, Replacement, TakeFile } from "../file-system/file-system.ts";
import { printable } from "../printable.ts";
import { systemCode } from "../system-error.ts";
import { garbledNames, type Looks, mayBeGarbled, refuseTwins } from "./garbled-names.ts";
import { ioError, ioErrorAmong } from "./io-error.ts";
import type { Changes } from "./journal/changes.ts";
import { compareNames, folderOf, pathIn, RECORD_SUFFIX } from "./names.ts";
import { inPieces, type Turn } from "./pieces.ts";
import { batches, discard, type Placement, replacements, TextRooms, textBytes } from "./placement.ts";
import type { Content } from "./protection.ts";
import { Staging } from "./staging.ts";

/** Batches in progress at once: while one is written, the next is encoded. */
const LANES = 2;
/** Surrogates, and what a runtime shows for bytes that are not UTF-8. */
const UNUSUAL = /[\ud800-\udfff\ufffd]/;
/** From this many names in one folder on, the folder is listed instead of looking each name up. */
const MANY_LOOKS = 2000;

/**
 * The record files of a folder tree: base-3 text in the file system, payloads above. Single files appear
 * atomically (a temporary file in the store's own folder, renamed into place); commits are unknown here.
 */
export class RecordFiles {
  readonly #files: FileSystem;
  readonly #token: () => string;
  readonly #arena = new Arena();
  readonly #folders = new Set<string>();
  readonly #staging: Staging;
  readonly #textRooms = new TextRooms();
  readonly #looks: Looks = {
    namesIn: (folder) => this.#namesIn(folder),
    kindsOf: (names) => this.#kinds(names),
  };

  /** `token` returns a text that no other process uses, for the names of temporary files. */
  constructor(files: FileSystem, token: () => string) {
    this.#files = files;
    this.#token = token;
    this.#staging = new Staging(files, token);
  }

  /**
   * The payload of each record; `undefined` if there is none, an error if it cannot be read. A promise only
   * if there is something to wait for.
   */
  read(names: readonly string[]): Content[] | Promise<Content[]> {
    const payloads = new Array<Content>(names.length);
    const missed: string[] = [];
    const take: TakeFile = (text, i) => {
      const name = String(names[i]);
      payloads[i] = this.#payloadOf(text, name);
      if (text instanceof Uint8Array) return;
      if (text === undefined ? mayBeGarbled(name) : systemCode(text) === "ELOOP") missed.push(name);
    };
    const failed = (error: unknown): never => {
      throw ioErrorAmong(error, names, "read");
    };
    try {
      const reading = this.#files.readEach(names, take);
      if (reading === undefined && missed.length === 0) return payloads;
      return Promise.resolve(reading)
        .catch(failed)
        .then(() => this.#blamed(payloads, names, missed));
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * The names of a folder's records, in order; empty if there is no such folder.
   *
   * @throws `BABA_NAME` where a name stands for two of them, `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_IO`
   */
  async list(folder: string): Promise<string[]> {
    const names = await this.#namesIn(folder);
    keepRecords(names, folder);
    // Most file systems list in order, and checking that costs less than a needless sort.
    if (isInOrder(names)) return names;
    await refuseTwins(names.sort(compareNames), this.#looks.kindsOf);
    return names;
  }

  /** How many names {@link RecordFiles.list} would give. */
  async count(folder: string): Promise<number> {
    const names = await this.#namesIn(folder);
    let [i, count] = [0, 0];
    for (let name = names[i]; name !== undefined; name = names[++i]) if (isRecordName(name)) count += 1;
    return count;
  }

  /** Distinguishes states of the folder; `undefined` if nothing does. */
  async stamp(folder: string): Promise<string | undefined> {
    return this.#files.stamp(folder).catch((error: unknown) => {
      throw folderError(error, folder);
    });
  }

  /** Which of these names exist, as a record or as something else that only has a record's name. */
  async exist(names: readonly string[]): Promise<boolean[]> {
    const kinds = await this.#kinds(names);
    if (kinds.includes("other")) {
      const [fault] = (await this.#folderFaults(names.filter((_, i) => kinds[i] === "other"))).values();
      if (fault !== undefined) throw fault;
    }
    return kinds.map((kind) => kind !== undefined);
  }

  /**
   * Checks that nothing but records is in the places of these changes, and makes the folders that they need,
   * so that obstacles to placing a commit are found before it is made. A refused commit makes no folder.
   *
   * @throws `BABA_NOT_A_FOLDER`, `BABA_NOT_A_RECORD`, `BABA_PERMISSION`, `BABA_DISK_FULL`, `BABA_IO`
   */
  async prepare(changes: Changes, turn: Turn): Promise<void> {
    // Each folder of these names, and whether something is put into it.
    const folders = new Map<string, boolean>();
    await inPieces(changes, turn, (name, payload) => {
      const folder = folderOf(name);
      if (payload !== undefined || !folders.has(folder)) folders.set(folder, payload !== undefined);
    });
    const needed = [...folders.keys()].filter((folder) => folders.get(folder) && !this.#folders.has(folder));
    const [folder, more] = folders.keys();
    if (folder !== undefined && more === undefined && changes.size >= MANY_LOOKS)
      await this.#refuseListed(folder, changes);
    else await this.#refuseLooked([...changes.keys()]);
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

  async #placeBatch(batch: readonly Placement[]): Promise<void> {
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
    if (unwritten.length > 0) await this.#replace(unwritten);
    if (gone.length > 0) await this.#remove(gone);
  }

  async #move(moves: readonly Move[]): Promise<void> {
    const temporaries = moves.map(({ from }) => from);
    const names = moves.map(({ to }) => to);
    await this.#files.rename(moves).catch((error: unknown) => this.#notPlaced(error, names, temporaries));
  }

  async #replace(batch: readonly Placement[]): Promise<void> {
    for (const placement of batch) {
      const folder = folderOf(placement[0]);
      if (!this.#folders.has(folder)) await this.#makeFolder(folder);
    }
    await this.#textRooms.lend(textBytes(batch), (encode) =>
      this.#write(replacements(batch, this.#token, encode)),
    );
  }

  async #write(files: readonly Replacement[]): Promise<void> {
    const temporaries = files.map(({ temporary }) => temporary);
    const names = files.map(({ path }) => path);
    await this.#files.replace(files).catch((error: unknown) => this.#notPlaced(error, names, temporaries));
  }

  async #remove(names: readonly string[]): Promise<void> {
    await this.#files.remove(names).catch((error: unknown) => {
      throw ioErrorAmong(error, names, "remove");
    });
  }

  async #namesIn(folder: string): Promise<string[]> {
    const entries = await this.#files.names(folder).catch((error: unknown) => {
      throw folderError(error, folder);
    });
    return entries ?? [];
  }

  #payloadOf(text: Uint8Array | Error | undefined, name: string): Content {
    if (text === undefined) return undefined;
    if (text instanceof Error) return ioError(text, name, "read");
    try {
      const room = this.#arena.lend(decodedSize(text.length));
      return this.#arena.keep(room, decodeInto(text, room));
    } catch (error) {
      return ioError(error, name, "decode").about(name);
    }
  }

  /**
   * The payloads, with better errors: the fault may be that of a folder (link) or a garbled name (absent).
   */
  async #blamed(
    payloads: Content[],
    names: readonly string[],
    missed: readonly string[],
  ): Promise<Content[]> {
    if (missed.length === 0) return payloads;
    const faults = await this.#folderFaults(missed);
    const absent = missed.filter((name) => mayBeGarbled(name) && !faults.has(folderOf(name)));
    const garbled = await garbledNames(absent, this.#looks);
    return payloads.map((payload, i) => {
      const name = String(names[i]);
      return faults.get(folderOf(name)) ?? garbled.get(name) ?? payload;
    });
  }

  async #notPlaced(error: unknown, names: readonly string[], temporaries: readonly string[]): Promise<never> {
    await discard(this.#files, temporaries);
    // A folder may have been removed behind our back; it is made again on the next try.
    this.#folders.clear();
    // Among many names, report the one that has an obstacle in its place.
    const refusal = await this.#refuseLooked(names).catch((cause: BabaError) => cause);
    if (refusal?.code === "BABA_NOT_A_RECORD" || refusal?.code === "BABA_NOT_A_FOLDER") throw refusal;
    throw ioErrorAmong(error, names, "put in place");
  }

  /** The faults of these records' folders, which may be the real reason why the records cannot be used. */
  async #folderFaults(names: readonly string[]): Promise<Map<string, BabaError>> {
    const faults = new Map<string, BabaError>();
    for (const folder of new Set(names.map(folderOf))) {
      await this.#namesIn(folder).catch((error: BabaError) => faults.set(folder, error));
    }
    return faults;
  }

  /** One listing of a folder costs less than thousands of lookups. */
  async #refuseListed(folder: string, changes: Changes): Promise<void> {
    const entries = await this.#files.list(folder).catch((error: unknown) => {
      throw folderError(error, folder);
    });
    for (const { name, kind } of entries ?? []) {
      if (kind !== "file" && changes.has(pathIn(folder, name))) throw notAFile(pathIn(folder, name), kind);
    }
  }

  /** The obstacle may be in the place of a record's folder. */
  async #refuseLooked(names: readonly string[]): Promise<void> {
    const kinds = await this.#kinds(names);
    for (const [i, name] of names.entries()) {
      const kind = kinds[i];
      if (kind === undefined || kind === "file") continue;
      const [fault] = (await this.#folderFaults([name])).values();
      throw fault?.code === "BABA_NOT_A_FOLDER" ? fault : notAFile(name, kind);
    }
  }

  #kinds(names: readonly string[]): Promise<(EntryKind | undefined)[]> {
    return this.#files.kinds(names).catch((error: unknown) => {
      throw ioErrorAmong(error, names, "look for");
    });
  }

  async #makeFolder(folder: string): Promise<void> {
    await this.#files.makeFolder(folder).catch((error: unknown) => {
      throw folderError(error, folder);
    });
    this.#folders.add(folder);
  }
}

function notAFile(name: string, kind: EntryKind): BabaError {
  const code = kind === "folder" ? "EISDIR" : "ENOTSUP";
  return ioError(Object.assign(new Error("not a file"), { code }), name, "write");
}

// Loops over a folder's names matter: in a young process, an iterator takes several times as long.

/** Turns file names into record names in place, which is several times faster than filling a new array. */
function keepRecords(names: string[], folder: string): void {
  let [i, count] = [0, 0];
  for (let name = names[i]; name !== undefined; name = names[++i]) {
    if (isRecordName(name)) names[count++] = pathIn(folder, name);
  }
  names.length = count;
}

/** The engine compares UTF-16 units: without surrogates, that is code point order. */
function isInOrder(names: readonly string[]): boolean {
  let [i, before] = [0, ""];
  for (let name = names[i]; name !== undefined; name = names[++i]) {
    if (before > name || UNUSUAL.test(name)) return false;
    before = name;
  }
  return true;
}

/** Anything with a record's name counts, so that a link or a device is reported and not overlooked. */
function isRecordName(name: string): boolean {
  return name[0] !== "." && name.endsWith(RECORD_SUFFIX);
}

function folderError(error: unknown, folder: string): BabaError {
  const code = systemCode(error);
  if (code === "ENOTDIR" || code === "EEXIST" || code === "ELOOP") {
    const what = code === "ELOOP" ? "a symbolic link (which is not followed)" : "a file";
    return new BabaError(
      "BABA_NOT_A_FOLDER",
      `${printable(folder)}: there is ${what} where a folder is needed; move it or choose another name.`,
      {
        record: folder,
        cause: error,
      },
    );
  }
  return ioError(error, folder, "open the folder");
}
