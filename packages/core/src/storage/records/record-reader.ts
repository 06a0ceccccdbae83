import { Arena } from "../../arena.ts";
import { decodedSize, decodeInto } from "../../codec/index.ts";
import type { FileSystem, TakeFile } from "../../file-system/file-system.ts";
import { systemCode } from "../../system-error.ts";
import { ioError, ioErrorAmong } from "../io-error.ts";
import { compareNames, folderOf, pathIn, RECORD_SUFFIX } from "../names.ts";
import type { Content } from "../storage.ts";
import { garbledNames, mayBeGarbled, refuseTwins } from "./garbled-names.ts";
import { entriesOf, folderError, folderFaults, kindsOf } from "./obstacles.ts";
import { lengthOf } from "./portions.ts";

/** Bytes of payloads above which no more files are read. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Thrown to the file system, to end a batch. */
const ENOUGH = new Error("No more files are read.");

/** Surrogates, and what a runtime shows for bytes that are not UTF-8. */
const UNUSUAL = /[\ud800-\udfff\ufffd]/;

/** Reads the record files of a folder tree: base-3 text in the file system, payloads above. */
export class RecordReader {
  readonly #files: FileSystem;
  readonly #arena = new Arena();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /**
   * The payload of each record; `undefined` if there is none, an error if it cannot be read; of fewer than
   * asked, from the first on and at least one, if these come to some MiB. A promise only if there is something
   * to wait for.
   */
  read(names: readonly string[]): Content[] | Promise<Content[]> {
    const payloads = new Array<Content>(names.length);
    const missed: string[] = [];
    let bytes = 0;
    const take: TakeFile = (text, i) => {
      const name = String(names[i]);
      const payload = this.#payloadOf(text, name);
      payloads[i] = payload;
      bytes += lengthOf(payload);
      // Files may come in any order.
      if (bytes > MOST_BYTES && 0 in payloads) throw ENOUGH;
      if (text instanceof Uint8Array) return;
      if (text === undefined ? mayBeGarbled(name) : systemCode(text) === "ELOOP") missed.push(name);
    };
    const ended = (error: unknown): void => {
      if (error !== ENOUGH) throw ioErrorAmong(error, names, "read");
    };
    const found = () => (bytes > MOST_BYTES ? untilGap(payloads) : payloads);
    let reading: Promise<void> | undefined;
    try {
      reading = this.#files.readEach(names, take);
    } catch (error) {
      ended(error);
    }
    if (reading === undefined && missed.length === 0) return found();
    return Promise.resolve(reading)
      .catch(ended)
      .then(() => this.#blamed(found(), names, missed));
  }

  /**
   * The names of a folder's records, in order; empty if there is no such folder.
   *
   * @throws `BABA_NAME` if a name stands for two of them, `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_IO`
   */
  async list(folder: string): Promise<string[]> {
    const names = await entriesOf(this.#files, folder);
    keepRecords(names, folder);
    // Most file systems list in order, and checking that costs less than a needless sort.
    if (isInOrder(names)) return names;
    await refuseTwins(names.sort(compareNames), (twins) => kindsOf(this.#files, twins));
    return names;
  }

  /** How many names {@link RecordReader.list} would give. */
  async count(folder: string): Promise<number> {
    const names = await entriesOf(this.#files, folder);
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
    const kinds = await kindsOf(this.#files, names);
    if (kinds.includes("other")) {
      const others = names.filter((_, i) => kinds[i] === "other");
      const [fault] = (await folderFaults(this.#files, others)).values();
      if (fault !== undefined) throw fault;
    }
    return kinds.map((kind) => kind !== undefined);
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
    const faults = await folderFaults(this.#files, missed);
    const absent = missed.filter((name) => mayBeGarbled(name) && !faults.has(folderOf(name)));
    const garbled = await garbledNames(this.#files, absent);
    return payloads.map((payload, i) => {
      const name = String(names[i]);
      return faults.get(folderOf(name)) ?? garbled.get(name) ?? payload;
    });
  }
}

/** Those before the first that is missing. */
function untilGap(payloads: readonly Content[]): Content[] {
  let end = 0;
  while (end in payloads) end++;
  return payloads.slice(0, end);
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
