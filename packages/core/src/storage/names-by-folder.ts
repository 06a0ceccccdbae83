import { folderOf } from "./names.ts";

/** Names by their folders: who asks about many folders need not look at every name each time. */
export class NamesByFolder {
  readonly #folders = new Map<string, string[]>();

  /** `names` are distinct. */
  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name);
  }

  /** Adds a name that is not among them. */
  add(name: string): void {
    const folder = folderOf(name);
    const names = this.#folders.get(folder);
    if (names === undefined) this.#folders.set(folder, [name]);
    else names.push(name);
  }

  /** The names in a folder, without its subfolders. */
  in(folder: string): readonly string[] {
    return this.#folders.get(folder) ?? [];
  }

  /** The folders that have names. */
  folders(): Iterable<string> {
    return this.#folders.keys();
  }
}
