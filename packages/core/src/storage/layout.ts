/** The store's own folder and what is in it; never listed as records. See docs/format.md. */
export const STORE_FOLDER: string = ".baba";
/** The format's version. */
export const STORE_FILE: string = `${STORE_FOLDER}/store.json`;
/** The journal's segments, by number. */
export const JOURNAL_FOLDER: string = `${STORE_FOLDER}/journal`;
/** The write lock: a second name of its owner's file. */
export const LOCK_FILE: string = `${STORE_FOLDER}/lock`;
/** Made by one that waits for the lock, so that its owner does not keep it between commits; removed at its release. */
export const WANTED_FILE: string = `${STORE_FOLDER}/wanted`;
/** A file for each process that ever took the lock, by token. */
export const OWNERS_FOLDER: string = `${STORE_FOLDER}/owners`;
/** The right to remove a dead owner's lock, by the dead one's token. */
export const BREAKS_FOLDER: string = `${STORE_FOLDER}/breaks`;
/** Files on their way to their places, by token and number. */
export const TEMPORARY_FOLDER: string = `${STORE_FOLDER}/tmp`;

/** A name in record folders that comes and goes at a checkpoint. */
export const PASSING_FILE: string = ".baba~";

/** The file that says who the owner of a token is. */
export function ownerPath(token: string): string {
  return `${OWNERS_FOLDER}/${token}`;
}

/** The file of a segment: its number in 16 hexadecimal digits. */
export function segmentPath(number: number): string {
  return `${JOURNAL_FOLDER}/${number.toString(16).padStart(16, "0")}`;
}

/** The number of a segment's file, or `undefined` where the name is none. */
export function segmentNumber(name: string): number | undefined {
  if (!/^[0-9a-f]{16}$/.test(name)) return undefined;
  const number = Number.parseInt(name, 16);
  return Number.isSafeInteger(number) ? number : undefined;
}
