/** Milliseconds for which what was found sound is not looked at again. */
const TRUSTED_FOR = 100;
/** The store's own folder has a handful; more than a few dozen are no store's. */
const MOST = 64;

/**
 * Which folders and files of the store itself (below a folder of the root whose name begins with a dot) an
 * adapter found to be no symbolic links in the last tenth of a second. A commit asks for the same few a
 * dozen times; each look costs as much as opening a file, and one at a file makes the sync after its next write
 * longer (docs/performance.md).
 *
 * What is looked at and then used may be replaced in between, with or without this: whoever may do that
 * could as well write into the folder itself. What a look is for, a link that was there before (in a copied
 * or unpacked store), is found at the first one; a link that comes later is found a tenth of a second later,
 * and at once where an operation misses something. Records, which users arrange, are looked at each time.
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
    // One time for all: what was found by way of a trusted folder is not trusted for longer than that one.
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

  /** Forgets all: something was not where it was looked for, or paths were made, moved or removed. */
  forget(): void {
    this.#sound.clear();
  }
}
