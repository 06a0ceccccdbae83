import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a record may take: a file and a temporary one, of a block or two each, and a share of the rest. */
const EACH = { bytes: 12 * 1024, files: 2.5 };
/** What a store without records may take, including its warm-up. */
const LEAST = { bytes: 512 * 2 ** 20, files: 20_000 };
/** The largest possible image. */
const MOST = 2 ** 43;

/**
 * Where all measurements write. A file system can be slow to create files after many deletions (ext4 without
 * a journal by ten times, for a minute), and is kept busy by earlier writes. So as root on Linux, every store
 * gets a new file system, without a journal, in its own image, which is removed when the next one is made.
 * Elsewhere nothing is removed before the end.
 */
export class Ground {
  readonly #root: string = mkdtempSync(join(tmpdir(), "baba-bench-"));
  #folders = 0;
  #mounted: string | undefined;

  /** A fresh folder with room for a store of this many records; throws if there is no room. */
  next(records: number): string {
    this.#unmount();
    const folder = join(spread(this.#root), String(this.#folders++));
    mkdirSync(folder);
    if (mountImage(imageOf(folder), folder, records)) this.#mounted = folder;
    if (hasRoom(folder, records)) return folder;
    throw new Error(
      `There is no room for ${records} records in ${folder}: ${roomIn(folder)}. Set TMPDIR to a folder with more.`,
    );
  }

  remove(): void {
    this.#unmount();
    rmSync(this.#root, { recursive: true, force: true });
  }

  #unmount(): void {
    if (this.#mounted === undefined) return;
    // Lazily, as the last process may still be ending.
    spawnSync("umount", ["--lazy", this.#mounted], { stdio: "inherit" });
    rmSync(imageOf(this.#mounted), { force: true });
    this.#mounted = undefined;
  }
}

function imageOf(folder: string): string {
  return `${folder}.ext4`;
}

function mountImage(image: string, folder: string, records: number): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  writeFileSync(image, "");
  truncateSync(image, Math.min(MOST, 2 * (LEAST.bytes + records * EACH.bytes)));
  const files = String(Math.ceil(2 * (LEAST.files + records * EACH.files)));
  const options = ["-O", "^has_journal", "-E", "lazy_itable_init=0,nodiscard", "-N", files];
  return run("mkfs.ext4", ["-q", "-F", ...options, image]) && run("mount", ["-o", "loop", image, folder]);
}

/** With `+T`, ext4 spreads subfolders over the disk; elsewhere it fails or is missing, which does no harm. */
function spread(folder: string): string {
  run("chattr", ["+T", folder]);
  return folder;
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** A file system that does not count its files does not run out of them. */
function hasRoom(folder: string, records: number): boolean {
  const { bavail, bsize, ffree, files } = statfsSync(folder);
  const enough = bavail * bsize >= LEAST.bytes + records * EACH.bytes;
  return enough && (files === 0 || ffree >= LEAST.files + records * EACH.files);
}

/** Describes the room that is left. */
function roomIn(folder: string): string {
  const { bavail, bsize, ffree } = statfsSync(folder);
  return `${Math.round((bavail * bsize) / 2 ** 20)} MiB and ${ffree} files are left`;
}
