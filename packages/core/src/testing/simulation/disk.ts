import { Content, overlay, uncovered } from "./content.ts";
import { type DiskOperation, describeOperation } from "./operation.ts";
import { SystemError } from "./system-error.ts";
import {
  type Edit,
  type EntryChange,
  FileNode,
  FolderNode,
  find,
  fingerprintOf,
  split,
  type TreeNode,
} from "./tree.ts";

/** How a disk behaves. */
export type DiskOptions = {
  /**
   * Whether half of a rename may persist without the other: the new name first, the removal of the old one
   * later, so that a crash may show both names but never neither. That is what rename(2) warns of ("there
   * will probably be a window in which both oldpath and newpath refer to the file"), and the rule of soft
   * updates (Ganger and Patt, OSDI 1994): the last pointer to a live inode is not reset before a new one is
   * set. By default a rename persists atomically, within and across folders, as on journaling and
   * copy-on-write file systems (ext4, XFS, btrfs, APFS).
   */
  readonly splitRenames?: boolean;
};

let disks = 0;

/**
 * A volume in memory with two images: what processes see, and what a power cut cannot take.
 *
 * The bytes and the length of a file are durable after a `sync` of it by any of its names; before that, any
 * part of them may be. A folder's entries are durable after a `syncFolder` of it; before that, each entry
 * change may be on disk or not, independently of others, as long as no name goes back in time: of two changes
 * of one name, the later does not persist without the earlier. (That is weaker than what ext4 or XFS promise,
 * which write entry changes in order; see Pillai et al., "All File Systems Are Not Created Equal", OSDI
 * 2014.) The root is durable once it was made, as the port's adapters sync its parent. After a failed sync
 * the page cache still shows the bytes, but they count as clean, and no later sync makes them durable, as on
 * Linux (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020); bytes that are written
 * again are dirty again. The granularity is bytes, where a kernel has pages, so that nothing succeeds by the
 * luck of sharing a page.
 *
 * @example
 * ```ts
 * import { crashStates, SimulatedDisk, simulatedFileSystem } from "@baba/core/testing";
 *
 * const disk = new SimulatedDisk();
 * const files = simulatedFileSystem(disk);
 * await files.makeFolder(".");
 * await files.create([{ path: "a", bytes: new Uint8Array([1, 2]) }]);
 * await files.sync(["a"]);
 * const left = [...crashStates(disk, { limit: 100, seed: 1 })].map((image) => image.describe());
 * console.log(left); // [ "", "a 2 bytes #6eadb0c0" ]
 * ```
 */
export class SimulatedDisk {
  /** All operations that succeeded, oldest first. */
  readonly operations: DiskOperation[] = [];
  /** Whether a power cut may keep a rename's new entry and lose the removal of the old one. */
  readonly splitRenames: boolean;
  /** Distinguishes this disk from every other. */
  readonly identity: string;
  #root: FolderNode | undefined;
  /** In the order made, which is a valid order for them to persist. */
  readonly #pending = new Set<EntryChange>();
  /** The latest pending change of each name. */
  readonly #latest = new Map<FolderNode, Map<string, EntryChange>>();
  #frozen = false;

  /** A disk with this tree, all of it durable; without one, there is not even a root. */
  constructor(options: DiskOptions = {}, root?: FolderNode) {
    this.splitRenames = options.splitRenames ?? false;
    this.identity = `simulated:${++disks}`;
    this.#root = root;
  }

  /** The root, if it exists. */
  get root(): FolderNode | undefined {
    return this.#root;
  }

  /** The entry changes that are not durable, oldest first. */
  get pending(): ReadonlySet<EntryChange> {
    return this.#pending;
  }

  /** The power is off: no operation may follow. */
  freeze(): void {
    this.#frozen = true;
  }

  /** A hash of everything processes see; see `fingerprintOf`. */
  fingerprint(): number {
    return fingerprintOf(this.#root);
  }

  /**
   * Does one operation, in both images as far as it goes, and records it; the bytes of a write are kept
   * and must not change.
   *
   * @throws a `SystemError` with the code that POSIX gives; nothing was done then
   */
  apply(operation: DiskOperation): void {
    if (this.#frozen) throw new Error(`the power is off: ${describeOperation(operation)}`);
    this.#do(operation);
    this.operations.push(operation);
  }

  #do(operation: DiskOperation): void {
    const { path } = operation;
    if (operation.call === "create") this.#enter("create", path, new FileNode(Content.empty));
    else if (operation.call === "makeFolder") this.#makeFolder(path);
    else if (operation.call === "write") this.#write(path, operation.offset, operation.bytes);
    else if (operation.call === "link") this.#enter("link", operation.to, this.file(path, "link"));
    else if (operation.call === "rename") this.#rename(path, operation.to);
    else if (operation.call === "remove") this.#remove(path);
    else if (operation.call === "sync") sync(this.file(path, "sync"), operation.failed);
    else this.#syncFolder(this.folder(path, "syncFolder"), operation.failed);
  }

  /** What a path leads to, if anything. @throws `ENOTDIR` if there is a file on the way */
  entry(path: string, call: string = "stat"): TreeNode | undefined {
    return find(this.#root, path, call);
  }

  /** The file at a path, if anything is there. @throws `ENOTDIR`, `EISDIR` */
  findFile(path: string, call: string): FileNode | undefined {
    const node = this.entry(path, call);
    if (node?.kind === "folder") throw new SystemError("EISDIR", call, path);
    return node;
  }

  /** The file at a path. @throws `ENOENT`, `ENOTDIR`, `EISDIR` */
  file(path: string, call: string): FileNode {
    const file = this.findFile(path, call);
    if (file === undefined) throw new SystemError("ENOENT", call, path);
    return file;
  }

  /** The folder at a path, if anything is there. @throws `ENOTDIR` */
  findFolder(path: string, call: string): FolderNode | undefined {
    const node = this.entry(path, call);
    if (node?.kind === "file") throw new SystemError("ENOTDIR", call, path);
    return node;
  }

  /** The folder at a path. @throws `ENOENT`, `ENOTDIR` */
  folder(path: string, call: string): FolderNode {
    const folder = this.findFolder(path, call);
    if (folder === undefined) throw new SystemError("ENOENT", call, path);
    return folder;
  }

  /**
   * A separate disk in the same state, without recorded operations; only for a disk on which all is durable.
   */
  clone(): SimulatedDisk {
    if (this.#pending.size > 0) throw new Error("only a disk without pending changes can be cloned");
    const copies = new Map<TreeNode, TreeNode>();
    return new SimulatedDisk(
      { splitRenames: this.splitRenames },
      this.#root && copyFolder(this.#root, copies),
    );
  }

  /** The tree that processes see, one line per file: its path, its size, and a hash of its content. */
  describe(): string {
    return this.#root === undefined ? "(no root)" : describeFolder(this.#root, "").join("\n");
  }

  #makeFolder(path: string): void {
    if (path !== ".") this.#enter("makeFolder", path, new FolderNode());
    else if (this.#root !== undefined) throw new SystemError("EEXIST", "makeFolder", path);
    else this.#root = new FolderNode();
  }

  /** Gives a free name to a file or folder. */
  #enter(call: string, path: string, node: TreeNode): void {
    const { folder, name } = this.#holder(path, call);
    if (path === "." || folder.visible.has(name)) throw new SystemError("EEXIST", call, path);
    this.#change(`${call} ${path}`, [{ folder, name, node }]);
  }

  #write(path: string, offset: number, bytes: Uint8Array): void {
    const file = this.file(path, "write");
    if (bytes.length === 0) return;
    const write = { offset, bytes, lost: false };
    const old = file.visible.bytes;
    file.visible = new Content(old.length === 0 && offset === 0 ? bytes : overlay(old, [write]));
    file.writes = [...file.writes, write];
  }

  #rename(from: string, to: string): void {
    const file = this.file(from, "rename");
    const source = this.#holder(from, "rename");
    const target = this.#holder(to, "rename");
    const replaced = target.folder.visible.get(target.name);
    if (replaced?.kind === "folder" || to === ".") throw new SystemError("EISDIR", "rename", to);
    // POSIX: if both names are of one file, a rename does nothing and both stay.
    if (replaced === file) return;
    const added = { folder: target.folder, name: target.name, node: file };
    const removed = { folder: source.folder, name: source.name, node: undefined };
    if (!this.splitRenames) return void this.#change(`rename ${from} -> ${to}`, [added, removed]);
    const first = this.#change(`rename ${from} -> ${to} (new name)`, [added]);
    this.#change(`rename ${from} -> ${to} (old name)`, [removed], first);
  }

  #remove(path: string): void {
    this.file(path, "remove");
    const { folder, name } = this.#holder(path, "remove");
    this.#change(`remove ${path}`, [{ folder, name, node: undefined }]);
  }

  #holder(path: string, call: string): { folder: FolderNode; name: string } {
    const { folder, name } = split(path);
    return { folder: this.folder(folder, call), name };
  }

  #change(text: string, edits: readonly Edit[], ...after: EntryChange[]): EntryChange {
    const change: EntryChange = { text, edits, after, lost: false };
    for (const { folder, name, node } of edits) {
      let names = this.#latest.get(folder);
      if (names === undefined) {
        names = new Map();
        this.#latest.set(folder, names);
      }
      const before = names.get(name);
      if (before !== undefined && before !== change) after.push(before);
      names.set(name, change);
      folder.show(name, node);
    }
    this.#rewrite(edits);
    this.#pending.add(change);
    return change;
  }

  /** Folders are written in blocks: a new change also rewrites what a failed sync had given up. */
  #rewrite(edits: readonly Edit[]): void {
    for (const change of this.#pending) {
      if (change.lost && change.edits.some(({ folder }) => edits.some((edit) => edit.folder === folder)))
        change.lost = false;
    }
  }

  #syncFolder(folder: FolderNode, failed: boolean): void {
    const names = this.#latest.get(folder);
    if (names === undefined) return;
    const touched = [...this.#pending].filter(
      ({ edits, lost }) => !lost && edits.some((edit) => edit.folder === folder),
    );
    for (const change of touched) {
      if (failed) change.lost = true;
      else this.#harden(change);
    }
  }

  /** Makes a change durable, after those that must persist no later. */
  #harden(change: EntryChange): void {
    if (!this.#pending.has(change)) return;
    for (const before of change.after) this.#harden(before);
    change.after.length = 0;
    this.#pending.delete(change);
    for (const { folder, name, node } of change.edits) {
      folder.harden(name, node);
      const names = this.#latest.get(folder);
      if (names?.get(name) === change) names.delete(name);
    }
  }
}

/** Writes a file's dirty bytes to disk. Those of an earlier failed sync stay lost unless written again. */
function sync(file: FileNode, failed: boolean): void {
  if (failed) {
    file.writes = file.writes.map((write) => ({ ...write, lost: true }));
    return;
  }
  const dirty = file.writes.filter((write) => !write.lost);
  const lost = file.writes.filter((write) => write.lost);
  if (lost.length === 0) {
    file.durable = file.visible;
    file.writes = [];
  } else if (dirty.length > 0) {
    file.durable = new Content(overlay(file.durable.bytes, dirty));
    file.writes = lost.flatMap((write) => uncovered(write, dirty).map((part) => ({ ...part, lost: true })));
  }
}

function copyFolder(folder: FolderNode, copies: Map<TreeNode, TreeNode>): FolderNode {
  const entries = new Map<string, TreeNode>();
  for (const [name, node] of folder.visible) {
    let copy = copies.get(node);
    if (copy === undefined) {
      copy = node.kind === "file" ? new FileNode(node.visible) : copyFolder(node, copies);
      copies.set(node, copy);
    }
    entries.set(name, copy);
  }
  return new FolderNode(entries);
}

function describeFolder(folder: FolderNode, path: string): string[] {
  const lines = [...folder.visible].sort(([a], [b]) => (a < b ? -1 : 1));
  return lines.flatMap(([name, node]) => {
    const below = `${path}${name}`;
    if (node.kind === "folder") return [`${below}/`, ...describeFolder(node, `${below}/`)];
    const sign = node.visible.hash.toString(16).padStart(8, "0");
    return [`${below} ${node.visible.bytes.length} bytes #${sign}`];
  });
}
