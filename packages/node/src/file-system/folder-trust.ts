/** Milliseconds for which a folder that was found sound is not looked at again. */
const TRUSTED_FOR = 100;
/** The store's own folder has four; more than a few dozen are no store's. */
const MOST = 64;

/**
 * Which folders of the store itself (a folder of the root whose name begins with a dot, and those in it)
 * an adapter found to be real folders in the last tenth of a second. A commit asks for the same few a
 * dozen times, and each look costs as much as opening a file.
 *
 * That a folder stands is checked and then used, with or without this: whoever may put a symbolic link in
 * the place of a folder may do so between the two, and could as well write into the folder itself. What
 * the check is for, a link that was there before (in a copied or unpacked store), is found at the first
 * look; a link that replaces a folder is found a tenth of a second later, and at once where an operation
 * misses something. Folders of records, which users arrange, are looked at each time.
 */
export class FolderTrust {
  readonly #sound = new Set<string>();
  #since = 0;

  /** Whether the folder was found sound a moment ago. */
  has(folder: string): boolean {
    if (this.#sound.size === 0) return false;
    // One time for all: what was found by way of a trusted folder is not trusted for longer than that one.
    if (performance.now() - this.#since > TRUSTED_FOR) this.#sound.clear();
    return this.#sound.has(folder);
  }

  /** Notes a folder that was just found sound. */
  add(folder: string): void {
    if (!folder.startsWith(".") || folder === ".") return;
    if (this.#sound.size >= MOST) this.#sound.clear();
    if (this.#sound.size === 0) this.#since = performance.now();
    this.#sound.add(folder);
  }

  /** Forgets all: something was not where it was looked for, or folders were made or moved. */
  forget(): void {
    this.#sound.clear();
  }
}
