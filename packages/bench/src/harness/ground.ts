import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const GIBIBYTE = 2 ** 30;
const IMAGE = { bytes: 8 * GIBIBYTE, files: 1_600_000 };
/** What a record may take: a file and a temporary one, each with a block or two, and its share of logs and folders. */
const EACH = { bytes: 12 * 1024, files: 2.5 };
/** What a store without records may take, with what warms it up. */
const LEAST = { bytes: 64 * 2 ** 20, files: 5000 };

/**
 * Where everything is written that is measured. A file system may be slow to create where much was just deleted
 * (ext4 without a journal is, by ten times), so nothing is removed before its end, and as root on Linux it is a new
 * file system, without a journal, in an image of its own; when it is full the next one takes its place.
 */
export class Ground {
  readonly #root: string = mkdtempSync(join(tmpdir(), "baba-bench-"));
  readonly #where: string | undefined;
  #images = 0;
  #folders = 0;
  #base: string;

  /** `where`: a folder to use as it is. */
  constructor(where?: string) {
    this.#where = where;
    this.#base = this.#newBase();
  }

  /** Where the next store will lie. */
  get base(): string {
    return this.#base;
  }

  /** A folder that never held anything, with room for a store of so many records; says so where there is none. */
  next(records: number): string {
    if (!hasRoom(this.#base, records) && this.#images > 0) {
      this.#unmount();
      this.#base = this.#newBase();
    }
    if (!hasRoom(this.#base, records)) {
      throw new Error(
        `There is no room for ${records} records in ${this.#base}: ${roomIn(this.#base)}. Set TMPDIR to a folder with more.`,
      );
    }
    const folder = join(this.#base, String(this.#folders++));
    mkdirSync(folder);
    return folder;
  }

  remove(): void {
    this.#unmount();
    if (this.#where !== undefined) rmSync(this.#base, { recursive: true, force: true });
    rmSync(this.#root, { recursive: true, force: true });
  }

  #newBase(): string {
    if (this.#where !== undefined) return spread(mkdtempSync(join(this.#where, "baba-bench-")));
    const folder = join(this.#root, `image-${this.#images}`);
    mkdirSync(folder);
    if (mountImage(`${folder}.ext4`, folder)) this.#images++;
    return spread(folder);
  }

  #unmount(): void {
    if (this.#images === 0) return;
    spawnSync("umount", [this.#base], { stdio: "inherit" });
    rmSync(`${this.#base}.ext4`, { force: true });
  }
}

function mountImage(image: string, folder: string): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  writeFileSync(image, "");
  truncateSync(image, IMAGE.bytes);
  const options = ["-O", "^has_journal", "-E", "lazy_itable_init=0,nodiscard", "-N", String(IMAGE.files)];
  return run("mkfs.ext4", ["-q", "-F", ...options, image]) && run("mount", ["-o", "loop", image, folder]);
}

/** With `+T`, ext4 spreads the folders below one over the disk; elsewhere it fails or is not there, and nothing is lost. */
function spread(folder: string): string {
  run("chattr", ["+T", folder]);
  return folder;
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Where a file system does not count its files, it does not run out of them. */
function hasRoom(folder: string, records: number): boolean {
  const { bavail, bsize, ffree, files } = statfsSync(folder);
  const enough = bavail * bsize >= LEAST.bytes + records * EACH.bytes;
  return enough && (files === 0 || ffree >= LEAST.files + records * EACH.files);
}

/** What is left there, in words. */
function roomIn(folder: string): string {
  const { bavail, bsize, ffree } = statfsSync(folder);
  return `${Math.round((bavail * bsize) / 2 ** 20)} MiB and ${ffree} files are left`;
}
