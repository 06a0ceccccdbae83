import type { Content, Write } from "./content.ts";
import { mix } from "./random.ts";
import { SystemError } from "./system-error.ts";

/** A file's inode: several names may lead to one. */
export class FileNode {
  readonly kind = "file" as const;
  /** What processes read. */
  visible: Content;
  /** What a power cut cannot take. */
  durable: Content;
  /** Writes that are not durable, in order. A lost one was given up by a failed sync. */
  writes: readonly PendingWrite[] = [];

  constructor(content: Content) {
    this.visible = content;
    this.durable = content;
  }
}

let folders = 0;

/** A folder: the entries that processes see, and those that a power cut cannot take. */
export class FolderNode {
  readonly kind = "folder" as const;
  #visible: Map<string, TreeNode>;
  #durable: Map<string, TreeNode>;
  readonly #number = ++folders;
  #changes = 0;

  constructor(entries: Map<string, TreeNode> = new Map()) {
    this.#visible = entries;
    this.#durable = entries;
  }

  get visible(): ReadonlyMap<string, TreeNode> {
    return this.#visible;
  }

  get durable(): ReadonlyMap<string, TreeNode> {
    return this.#durable;
  }

  /** Differs between any two states of what processes see, across all folders. */
  get stamp(): string {
    return `${this.#number}:${this.#changes}`;
  }

  /** Changes what processes see. The two maps are the same one until they differ. */
  show(name: string, node: TreeNode | undefined): void {
    this.#changes++;
    if (this.#visible === this.#durable) this.#visible = new Map(this.#durable);
    put(this.#visible, name, node);
  }

  /** Changes what a power cut cannot take. */
  harden(name: string, node: TreeNode | undefined): void {
    put(this.#durable, name, node);
  }
}

export type TreeNode = FileNode | FolderNode;
export type PendingWrite = Write & { readonly lost: boolean };

/** What `name` of `folder` leads to after an operation. */
export type Edit = {
  readonly folder: FolderNode;
  readonly name: string;
  readonly node: TreeNode | undefined;
};

/**
 * A change of folder entries that persists atomically. `after` are the changes that persist no later: the
 * earlier ones of the same names.
 */
export type EntryChange = {
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly after: EntryChange[];
  /**
   * Given up by a failed sync of its folder: it may be on disk or not, and no later sync changes that until
   * the folder is changed again.
   */
  lost: boolean;
};

/**
 * What a path leads to, if anything.
 *
 * @throws `ENOTDIR` if one on the way is a file
 */
export function find(root: FolderNode | undefined, path: string, call: string): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  if (path === "." || node === undefined) return node;
  for (let start = 0; start <= path.length; ) {
    if (node === undefined) return undefined;
    if (node.kind === "file") throw new SystemError("ENOTDIR", call, path);
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    node = node.visible.get(path.slice(start, end));
    start = end + 1;
  }
  return node;
}

/** The path of a folder's parent, and the last segment. */
export function split(path: string): { folder: string; name: string } {
  const cut = path.lastIndexOf("/");
  return { folder: cut < 0 ? "." : path.slice(0, cut), name: path.slice(cut + 1) };
}

/**
 * A hash of a visible tree: of every path, its kind, its bytes, and which names share a file. Independent of
 * the order of entries. Two different trees share it about once in 2^32, so counting distinct trees by it
 * errs towards too few.
 */
export function fingerprintOf(root: FolderNode | undefined): number {
  if (root === undefined) return 0;
  const sums = { low: 1, high: 1 };
  const names = new Map<FileNode, number[]>();
  addFolder(root, 0x51ed270b, sums, names);
  for (const [file, paths] of names) {
    let shared = file.visible.hash;
    for (const path of paths) shared = (shared + mix(path ^ 0x3c6ef372)) | 0;
    for (const path of paths) add(sums, path ^ mix(shared));
  }
  return (sums.high & 0xfffff) * 2 ** 32 + (sums.low >>> 0);
}

type Sums = { low: number; high: number };

function addFolder(folder: FolderNode, path: number, sums: Sums, names: Map<FileNode, number[]>): void {
  add(sums, path);
  for (const [name, node] of folder.visible) {
    const below = mix(Math.imul(path, 0x01000193) ^ nameHash(name));
    if (node.kind === "folder") addFolder(node, below, sums, names);
    else {
      const paths = names.get(node);
      if (paths === undefined) names.set(node, [below]);
      else paths.push(below);
    }
  }
}

function add(sums: Sums, hash: number): void {
  sums.low = (sums.low + mix(hash)) | 0;
  sums.high = (sums.high + mix(hash ^ 0x1b873593)) | 0;
}

const nameHashes = new Map<string, number>();

function nameHash(name: string): number {
  let hash = nameHashes.get(name);
  if (hash === undefined) {
    hash = 0x811c9dc5;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    // A run uses few file names; one that uses many must not keep them all.
    if (nameHashes.size > 100_000) nameHashes.clear();
    nameHashes.set(name, hash);
  }
  return hash;
}

function put(entries: Map<string, TreeNode>, name: string, node: TreeNode | undefined): void {
  if (node === undefined) entries.delete(name);
  else entries.set(name, node);
}
