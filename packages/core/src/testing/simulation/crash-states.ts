import type { Content } from "./content.ts";
import { ContentChoices } from "./content-choices.ts";
import { SimulatedDisk } from "./disk.ts";
import { SeededRandom } from "./random.ts";
import { type EntryChange, FileNode, FolderNode, type TreeNode } from "./tree.ts";

/** How many states to visit, and the seed that chooses them if there are more. */
export type CrashStateOptions = { readonly limit: number; readonly seed: number };

/**
 * What a power cut at this moment may leave: for each entry change that is not durable, whether it persisted,
 * and for each file with unsynced writes, what remained of them. All states if they are at most `limit`,
 * otherwise `limit` of them, chosen by the seed: first the telling ones (all of it, none of it, all but one,
 * only one), then random ones. Each is a new disk on which everything is durable; contents are shared and
 * never copied. The disk must not change meanwhile.
 *
 * @example
 * ```ts
 * import { crashStates, SimulatedDisk } from "@baba/core/testing";
 * const disk = new SimulatedDisk();
 * disk.apply({ call: "makeFolder", path: "." });
 * disk.apply({ call: "create", path: "a" });
 * const names = [...crashStates(disk, { limit: 100, seed: 1 })].map(({ root }) => root?.visible.size);
 * console.log(names); // [ 0, 1 ]
 * ```
 */
export function* crashStates(
  disk: SimulatedDisk,
  options: CrashStateOptions,
): Generator<SimulatedDisk, void> {
  const plan = new CrashPlan(disk);
  const subsets = plan.countUpTo(options.limit);
  if (subsets !== undefined) yield* plan.all(subsets);
  else yield* plan.sample(options.limit, new SeededRandom(options.seed));
}

/**
 * One random state that a power cut at this moment may leave.
 *
 * @example
 * ```ts
 * import { crashState, SeededRandom, SimulatedDisk } from "@baba/core/testing";
 * const disk = new SimulatedDisk();
 * disk.apply({ call: "makeFolder", path: "." });
 * disk.apply({ call: "create", path: "a" });
 * const left = crashState(disk, new SeededRandom(1));
 * console.log(disk.pending.size, left.pending.size); // 1 0
 * ```
 */
export function crashState(disk: SimulatedDisk, random: SeededRandom): SimulatedDisk {
  return new CrashPlan(disk).random(random);
}

/** The folders of a state, by the disk's folder that each was: what each name leads to. */
type Skeleton = {
  readonly entries: ReadonlyMap<FolderNode, ReadonlyMap<string, TreeNode>>;
  readonly dirty: FileNode[];
};

/** Chooses the content of a file with unsynced writes. */
type ChooseContent = (choices: ContentChoices) => Content;

const FULL: ChooseContent = (choices) => choices.at(1);
const OLD: ChooseContent = (choices) => choices.at(0);

/** Above this many pending changes the states are always sampled, however few there are. */
const DEEPEST = 1000;

class CrashPlan {
  readonly #disk: SimulatedDisk;
  readonly #changes: readonly EntryChange[];
  /**
   * For each change, the earlier ones it needs: those of the same names, and the one that made its folder.
   */
  readonly #needs: readonly (readonly number[])[];

  constructor(disk: SimulatedDisk) {
    this.#disk = disk;
    this.#changes = [...disk.pending];
    this.#needs = needsOf(this.#changes);
  }

  /** The subsets of changes that may persist, if they give at most `limit` states; else `undefined`. */
  countUpTo(limit: number): Skeleton[] | undefined {
    if (this.#hasMoreThan(limit)) return undefined;
    const skeletons: Skeleton[] = [];
    let states = 0;
    const complete = this.#eachSubset(0, [], (chosen) => {
      const skeleton = this.#skeleton(chosen);
      skeletons.push(skeleton);
      states += productOfCounts(skeleton);
      return states <= limit;
    });
    return complete ? skeletons : undefined;
  }

  /** A cheap lower bound: changes that need no others may persist in any combination. */
  #hasMoreThan(limit: number): boolean {
    if (this.#changes.length > limit || this.#changes.length > DEEPEST) return true;
    const free = this.#needs.filter((needs) => needs.length === 0).length;
    const whole = this.#skeleton(this.#changes.map((_, i) => i));
    return 2 ** free > limit || productOfCounts(whole) > limit;
  }

  *all(skeletons: readonly Skeleton[]): Generator<SimulatedDisk, void> {
    for (const skeleton of skeletons) {
      const total = productOfCounts(skeleton);
      for (let number = 0; number < total; number++) {
        let rest = number;
        yield this.#image(skeleton, (choices) => {
          const index = rest % choices.count;
          rest = Math.floor(rest / choices.count);
          return choices.at(index);
        });
      }
    }
  }

  *sample(limit: number, random: SeededRandom): Generator<SimulatedDisk, void> {
    let left = limit;
    for (const image of this.#telling(Math.ceil(limit / 2), random)) {
      yield image;
      left--;
    }
    while (left-- > 0) yield this.random(random);
  }

  random(random: SeededRandom): SimulatedDisk {
    const skeleton = this.#skeleton(this.#randomSubset(random));
    const policy = random.below(6);
    if (policy === 0) return this.#image(skeleton, FULL);
    if (policy === 1) return this.#image(skeleton, OLD);
    return this.#image(skeleton, (choices) => choices.sample(random));
  }

  *#telling(limit: number, random: SeededRandom): Generator<SimulatedDisk, void> {
    const count = this.#changes.length;
    const all = this.#changes.map((_, i) => i);
    const subsets: (() => number[])[] = [() => all, () => []];
    for (let i = 0; i < count; i++) {
      subsets.push(
        () => this.#without(i),
        () => this.#only(i),
      );
    }
    const contents: ChooseContent[] = [FULL, OLD, (choices) => choices.sample(random)];
    const few = subsets.length * contents.length <= limit;
    for (let made = 0; made < Math.min(limit, subsets.length * contents.length); made++) {
      const number = few || made < 6 ? made : random.below(subsets.length * contents.length);
      const subset = subsets[Math.floor(number / contents.length)]?.() ?? [];
      yield this.#image(this.#skeleton(subset), contents[number % contents.length] ?? FULL);
    }
  }

  /** All changes that do not need this one. */
  #without(left: number): number[] {
    const gone = new Set([left]);
    return this.#changes.flatMap((_, i) => {
      if (!gone.has(i) && !this.#needs[i]?.some((need) => gone.has(need))) return [i];
      gone.add(i);
      return [];
    });
  }

  /** This change and everything it needs. */
  #only(which: number): number[] {
    const kept = new Set([which]);
    for (let i = which; i >= 0; i--) if (kept.has(i)) for (const need of this.#needs[i] ?? []) kept.add(need);
    return [...kept].sort((a, b) => a - b);
  }

  #randomSubset(random: SeededRandom): number[] {
    const count = this.#changes.length;
    if (random.chance(0.2)) return Array.from({ length: random.below(count + 1) }, (_, i) => i);
    const density = random.pick([0.1, 0.5, 0.9]);
    const chosen = new Set<number>();
    for (let i = 0; i < count; i++) {
      if (random.chance(density) && this.#needs[i]?.every((need) => chosen.has(need))) chosen.add(i);
    }
    return [...chosen];
  }

  /**
   * Passes every subset that may persist to `take`, until it returns `false`; returns whether it never did.
   */
  #eachSubset(index: number, chosen: number[], take: (chosen: readonly number[]) => boolean): boolean {
    if (index === this.#changes.length) return take(chosen);
    if (!this.#eachSubset(index + 1, chosen, take)) return false;
    if (!this.#needs[index]?.every((need) => chosen.includes(need))) return true;
    chosen.push(index);
    const goOn = this.#eachSubset(index + 1, chosen, take);
    chosen.pop();
    return goOn;
  }

  #skeleton(chosen: readonly number[]): Skeleton {
    const edited = new Map<FolderNode, Map<string, TreeNode>>();
    for (const index of chosen) {
      for (const { folder, name, node } of this.#changes[index]?.edits ?? []) {
        let entries = edited.get(folder);
        if (entries === undefined) {
          entries = new Map(folder.durable);
          edited.set(folder, entries);
        }
        if (node === undefined) entries.delete(name);
        else entries.set(name, node);
      }
    }
    const entries = new Map<FolderNode, ReadonlyMap<string, TreeNode>>();
    const dirty = new Set<FileNode>();
    if (this.#disk.root !== undefined) reach(this.#disk.root, edited, entries, dirty);
    return { entries, dirty: [...dirty] };
  }

  #image(skeleton: Skeleton, choose: ChooseContent): SimulatedDisk {
    const contents = new Map<FileNode, Content>();
    for (const file of skeleton.dirty) contents.set(file, choose(choicesOf(file)));
    const root = this.#disk.root && build(this.#disk.root, skeleton, contents, new Map());
    return new SimulatedDisk({ splitRenames: this.#disk.splitRenames }, root);
  }
}

function productOfCounts(skeleton: Skeleton): number {
  return skeleton.dirty.reduce((product, file) => product * choicesOf(file).count, 1);
}

/** Finds a state's contents: a folder that nothing leads to is lost with everything in it. */
function reach(
  folder: FolderNode,
  edited: ReadonlyMap<FolderNode, ReadonlyMap<string, TreeNode>>,
  entries: Map<FolderNode, ReadonlyMap<string, TreeNode>>,
  dirty: Set<FileNode>,
): void {
  const names = edited.get(folder) ?? folder.durable;
  entries.set(folder, names);
  for (const node of names.values()) {
    if (node.kind === "folder") reach(node, edited, entries, dirty);
    else if (node.writes.length > 0) dirty.add(node);
  }
}

function build(
  folder: FolderNode,
  skeleton: Skeleton,
  contents: ReadonlyMap<FileNode, Content>,
  built: Map<FileNode, FileNode>,
): FolderNode {
  const names = new Map<string, TreeNode>();
  for (const [name, node] of skeleton.entries.get(folder) ?? []) {
    if (node.kind === "folder") {
      names.set(name, build(node, skeleton, contents, built));
      continue;
    }
    let file = built.get(node);
    if (file === undefined) {
      file = new FileNode(contents.get(node) ?? node.durable);
      built.set(node, file);
    }
    names.set(name, file);
  }
  return new FolderNode(names);
}

function needsOf(changes: readonly EntryChange[]): number[][] {
  const index = new Map(changes.map((change, i) => [change, i]));
  const maker = new Map<TreeNode, number>();
  return changes.map((change, i) => {
    const needs = new Set<number>();
    for (const before of change.after) {
      const position = index.get(before);
      if (position !== undefined) needs.add(position);
    }
    for (const { folder, node } of change.edits) {
      // Without its folder the change is invisible: the state is like one without it.
      const made = maker.get(folder);
      if (made !== undefined) needs.add(made);
      if (node?.kind === "folder") maker.set(node, i);
    }
    return [...needs];
  });
}

/** Choices are made once for a file's state, and shared by the states of many crash points. */
const known = new WeakMap<FileNode, ContentChoices>();

function choicesOf(file: FileNode): ContentChoices {
  let choices = known.get(file);
  if (choices === undefined || !choices.fits(file)) {
    choices = new ContentChoices(file);
    known.set(file, choices);
  }
  return choices;
}
