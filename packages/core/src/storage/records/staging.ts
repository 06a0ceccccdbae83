import type { FileSystem } from "../../file-system/file-system.ts";
import type { Changes } from "../storage.ts";
import { BATCH_FILES, batches, discard, textBytes, textsOf, writeTexts } from "./placement.ts";
import { inOnePiece } from "./text-rooms.ts";

/** A text that is already written, and its payload. */
type Staged = { readonly payload: Uint8Array | undefined; readonly from: string };

/**
 * The staging of record files: while the journal is synced, their texts are written under temporary names, to
 * be renamed into place afterwards.
 */
export class Staging {
  readonly #files: FileSystem;
  readonly #token: () => string;
  readonly #staged = new Map<string, Staged>();

  /** `token` returns a text that no other process uses, for the names of temporary files. */
  constructor(files: FileSystem, token: () => string) {
    this.#files = files;
    this.#token = token;
  }

  /**
   * Writes the texts of one batch of files; nothing if there are more, or on failure, so it never rejects.
   * The last payload counts.
   */
  async stage(changes: readonly Changes[]): Promise<void> {
    if (changes.reduce((sum, { size }) => sum + size, 0) > BATCH_FILES) return;
    try {
      await this.#stageNewest(new Map(changes.flatMap((some) => [...some])));
    } catch {
      // The placing tries again, and reports it.
    }
  }

  /**
   * The file with this very payload's text, which then belongs to the caller; `undefined` if there is none.
   */
  take(name: string, payload: Uint8Array | undefined): string | undefined {
    const staged = this.#staged.get(name);
    if (staged === undefined) return undefined;
    this.#staged.delete(name);
    return staged.payload === payload ? staged.from : undefined;
  }

  /** Removes what was staged and not taken. */
  async clear(): Promise<void> {
    const staged = [...this.#staged.values()].map(({ from }) => from);
    this.#staged.clear();
    await discard(this.#files, staged);
  }

  async #stageNewest(newest: Changes): Promise<void> {
    const [batch, more] = batches(newest);
    if (batch === undefined || more !== undefined) return;
    const texts = textsOf(batch, this.#token, inOnePiece(textBytes(batch)));
    await writeTexts(this.#files, texts).catch(async (error: unknown) => {
      const temporaries = texts.map(({ temporary }) => temporary);
      await discard(this.#files, temporaries);
      throw error;
    });
    for (const { name, temporary } of texts)
      this.#staged.set(name, { payload: newest.get(name), from: temporary });
  }
}
