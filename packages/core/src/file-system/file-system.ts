/**
 * The port that a runtime's adapter implements: plain file I/O below one root folder.
 *
 * Paths are relative to the root, `/`-separated, and were checked by the caller (`.` is the root itself);
 * even so, a segment `..` must not reach outside the root. Bytes go in and out; the caller does not change
 * bytes to be written until the call has ended. A failure that a method does
 * not name is thrown as the runtime's own error, with its POSIX `code` (`EACCES`, `ENOSPC`, ...) as a
 * property. Every method works on a batch, so that an adapter can handle a thousand files in one hop off the
 * event loop.
 */
export interface FileSystem {
  /**
   * Identifies this root on the machine: two adapters of one folder have the same identity. Resolves links;
   * the folder need not exist. Throws `ELOOP` if a link on the way leads nowhere or in a circle: then it is
   * not known what the root will be.
   */
  identity(): Promise<string>;

  /**
   * Reads whole files. A file that does not exist is `undefined`; a file that cannot be read is its error, so
   * that one bad file does not hide the others. Never follows a symbolic link, neither in the last segment
   * nor in a folder on the way (below the root): such a file's result is an error with code `ELOOP`. Anything
   * that is not a regular file gives an error with code `EISDIR` or `ENOTSUP`, and opening it must not block.
   * A file of 2 GiB or more may be refused with `ERR_FS_FILE_TOO_LARGE`: no record is that long.
   */
  read(paths: readonly string[]): Promise<(Uint8Array | Error | undefined)[]>;

  /**
   * The same, for files that are needed only for a moment: `take` gets each file's outcome, once, in any
   * order. The bytes are valid only until `take` returns, as the next file may be read into the same memory:
   * fresh memory costs as much as reading a small file. Returns a promise only if `take` has not received all
   * of them by then. Throws, or rejects with, what `take` throws; it may have received other files before.
   */
  readEach(paths: readonly string[], take: TakeFile): Promise<void> | undefined;

  /**
   * Creates files that do not exist yet, mode 0600, and writes all their bytes; not durable before
   * `sync`. Throws `EEXIST` if there is such a file. After an error any of the batch may exist, whole
   * or in part.
   */
  create(files: readonly NewFile[]): Promise<void>;

  /**
   * Reads up to `length` bytes of one file from `offset` on: fewer if the file ends before, none
   * past its end, `undefined` if there is no such file. Never follows a symbolic link.
   */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined>;

  /**
   * Writes all bytes at `offset` into an existing file, in place; not durable before `sync`. Throws `ENOENT`
   * if there is no such file, `ELOOP` if it is a symbolic link or one is on the way, `ENOTSUP` for a pipe,
   * for which it does not wait. After an error any of the bytes may have been written; after `EMFILE`,
   * `ENFILE` or an error that `isUnopened` (of `@baba/core/adapter`) knows, none of up to 256 KiB, and of more
   * not the last.
   */
  write(path: string, offset: number, bytes: Uint8Array): Promise<void>;

  /**
   * Gives an existing file a second name (a hard link). Returns `false`, and does nothing, if that name is
   * taken: of any number of processes that link to one name at once, exactly one gets `true`.
   */
  link(from: string, to: string): Promise<boolean>;

  /**
   * Makes the bytes and the length of these files durable (fdatasync or more); a missing file is no error.
   * Throws `ELOOP` for a symbolic link, also on the way, and does not wait for a pipe.
   */
  sync(paths: readonly string[]): Promise<void>;

  /**
   * Makes the entries of these folders durable: what was created, renamed or removed in them; a missing
   * folder is no error. For the root (`.`), this includes its own entry in its parent folder. Throws `ELOOP`
   * for a symbolic link, also on the way.
   */
  syncFolders(paths: readonly string[]): Promise<void>;

  /** Renames each file, replacing whatever has the new name; each rename is atomic, in the order given. */
  rename(moves: readonly Move[]): Promise<void>;

  /** Removes files, in the order given; a missing one is no error. */
  remove(paths: readonly string[]): Promise<void>;

  /**
   * What each path is, without following a symbolic link in the last segment; `undefined` if there is
   * nothing. A symbolic link, or a file, on the way gives `"other"`.
   */
  kinds(paths: readonly string[]): Promise<(EntryKind | undefined)[]>;

  /**
   * The entries of a folder, in any order; `undefined` if it does not exist. Throws `ENOTDIR` if it is a
   * file, and `ELOOP` if it or a folder on the way is a symbolic link.
   */
  list(folder: string): Promise<FolderEntry[] | undefined>;

  /**
   * The names of all entries of a folder without their kinds, in any order, in an array that the caller may
   * change: for many entries `list` costs several times as much. If there is no such folder, it returns or
   * throws what `list` does.
   */
  names(folder: string): Promise<string[] | undefined>;

  /**
   * A text that distinguishes states of a folder's entries: if two answers are equal, nobody has created,
   * renamed, replaced or removed an entry in it between the two. Writing into an existing file in place does
   * not count. `undefined` if there is no such folder, and as long as this cannot be promised because the
   * last change is so recent that another one could get the same time.
   */
  stamp(folder: string): Promise<string | undefined>;

  /**
   * Makes a folder and its parents up to the root, mode 0700, including the root; one that exists is no
   * error. Throws `ENOTDIR` or `EEXIST` if a file is in the way, `ELOOP` if a symbolic link is. Returns the
   * folders that it made, outermost first, so that the caller can sync their parents.
   */
  makeFolder(folder: string): Promise<string[]>;

  /** Identifies this process: one line of text that `lives` of every adapter on this machine understands. */
  processIdentity(): Promise<string>;

  /**
   * Creates a file as `create` does, by which others know that this process exists. If the system has locks
   * that end with their process, keeps one on the file, from before its first byte can be read until the file
   * is removed or the adapter is closed: other processes' `lives` may then rely on it.
   */
  announce(file: NewFile): Promise<void>;

  /**
   * Whether the process of that identity lives. `false` only if it is proved to have ended, or to have
   * removed the file that it announced. `true` only if it is proved to live: what it wrote without a sync can
   * then be trusted, as the machine cannot have restarted since. `undefined` if neither is known.
   *
   * @param identity the result of that process's `processIdentity`, or any other text
   * @param announced the path of the file that it announced
   */
  lives(identity: string, announced: string): Promise<boolean | undefined>;

  /** Releases threads and descriptors; later calls may fail. Idempotent. */
  close(): Promise<void>;
}

/** Receives a file's outcome, and the file's index among those asked for. */
export type TakeFile = (file: Uint8Array | Error | undefined, index: number) => void;

/** A file to create. */
export type NewFile = { readonly path: string; readonly bytes: Uint8Array };

/** A file to rename. */
export type Move = { readonly from: string; readonly to: string };

/** An entry of a folder. */
export type FolderEntry = { readonly name: string; readonly kind: EntryKind };

/** A regular file, a folder, or anything else: a symbolic link, a device. */
export type EntryKind = "file" | "folder" | "other";
