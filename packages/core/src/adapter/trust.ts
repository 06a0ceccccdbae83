/** Milliseconds for which what was found sound is not checked again. */
const TRUSTED_FOR = 100;
/** The store's own folder has a handful; more than a few dozen are not a store's. */
const MOST = 64;

/**
 * The folders and files of the store itself (below a folder of the root whose name begins with a dot) that an
 * adapter found not to be symbolic links in the last tenth of a second. A commit asks for the same few a
 * dozen times; each check costs as much as opening a file, and a check of a file makes the sync after its
 * next write slower (docs/performance.md).
 *
 * What is checked and then used may be replaced in between, with or without this: whoever can do that could
 * as well write into the folder itself. What the check is for, a link that was there before (in a copied or
 * unpacked store), is found the first time; a link that comes later is found a tenth of a second later, or at
 * once if an operation misses something. Records, which users arrange, are checked each time.
 *
 * @example
 * ```ts
 * import { Trust } from "@baba/core/adapter";
 * const trust = new Trust();
 * trust.add(".baba/journal");
 * trust.forget();
 * console.log(trust.has(".baba/journal")); // false
 * ```
 */
export class Trust {
  readonly #sound = new Set<string>();
  #since = 0;

  /** Whether the path was found sound a moment ago. */
  has(path: string): boolean {
    if (this.#sound.size === 0) return false;
    // One time for all: what was found through a trusted folder must not be trusted longer than that folder.
    if (performance.now() - this.#since > TRUSTED_FOR) this.#sound.clear();
    return this.#sound.has(path);
  }

  /** Notes a path that was just found sound. */
  add(path: string): void {
    if (!path.startsWith(".") || path === ".") return;
    if (this.#sound.size >= MOST) this.#sound.clear();
    if (this.#sound.size === 0) this.#since = performance.now();
    this.#sound.add(path);
  }

  /** Forgets everything: something was not where it was expected, or paths were made, moved or removed. */
  forget(): void {
    this.#sound.clear();
  }
}
