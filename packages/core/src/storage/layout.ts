/** The store's own folder; nothing in it is listed as a record. See docs/format.md. */
export const STORE_FOLDER: string = ".baba";
/** The format's version. */
export const STORE_FILE: string = `${STORE_FOLDER}/store.json`;
/**
 * The key file: an age file whose payload is the keyring.
 *
 * @example
 * ```ts
 * import { KEY_FILE } from "@baba/core/crypto";
 * console.log(KEY_FILE); // .baba/key.age
 * ```
 */
export const KEY_FILE: string = `${STORE_FOLDER}/key.age`;
/** The journal's segments, by number. */
export const JOURNAL_FOLDER: string = `${STORE_FOLDER}/journal`;
/** The write lock: a hard link to its owner's file. */
export const LOCK_FILE: string = `${STORE_FOLDER}/lock`;
/** Made by a process that waits for the lock, so that the owner does not keep it between commits. */
export const WANTED_FILE: string = `${STORE_FOLDER}/wanted`;
/** One file for each possible owner of the lock, by token. */
export const OWNERS_FOLDER: string = `${STORE_FOLDER}/owners`;
/** The right to remove a dead owner's lock, by the dead owner's token. */
export const BREAKS_FOLDER: string = `${STORE_FOLDER}/breaks`;
/** Files on their way into place, by token and number. */
export const TEMPORARY_FOLDER: string = `${STORE_FOLDER}/tmp`;

/** A name that comes and goes in record folders during a checkpoint. */
export const PASSING_FILE: string = ".baba~";

/** The file that identifies the owner with this token. */
export function ownerPath(token: string): string {
  return `${OWNERS_FOLDER}/${token}`;
}

/** A segment's file: its number in 16 hexadecimal digits. */
export function segmentPath(number: number): string {
  return `${JOURNAL_FOLDER}/${number.toString(16).padStart(16, "0")}`;
}

/** The number of a segment's file; `undefined` if the name is not one. */
export function segmentNumber(name: string): number | undefined {
  if (!/^[0-9a-f]{16}$/.test(name)) return undefined;
  const number = Number.parseInt(name, 16);
  return Number.isSafeInteger(number) ? number : undefined;
}
