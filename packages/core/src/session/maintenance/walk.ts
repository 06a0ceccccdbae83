import { optionError } from "../../errors.ts";
import type { Reveal } from "../../storage/protection.ts";
import { lengthOf, revealSome } from "../../storage/records/portions.ts";
import type { Content } from "../../storage/storage.ts";
import type { Store } from "../database/shared-store.ts";
import { checkOptionNames } from "../options.ts";

/** The progress of work over all records of a store. */
export type Progress = { readonly done: number; readonly total: number };

/** The options of work over all records of a store. */
export type MaintenanceOptions = {
  /**
   * Called after every step; a promise is awaited. If it fails, the work stops with its error, and can be
   * started again. Do not await `close()` in it, or return its promise: that waits for this work to end.
   */
  readonly onProgress?: (progress: Progress) => void;
};

/** The number of records per step, which holds the write lock if it writes. */
const STEP = 256;

/** Calls `step` with batches of all records' names, subfolders included; returns the number of records. */
export async function forAllRecords(
  { storage }: Store,
  options: MaintenanceOptions,
  step: (names: readonly string[]) => Promise<void>,
): Promise<number> {
  await storage.head();
  const all: string[] = [];
  // One by one: a folder has more names than a call may have arguments.
  for await (const names of storage.names()) for (const name of names) all.push(name);
  let done = 0;
  for (const names of stepsOf(all)) {
    await step(names);
    done += names.length;
    await options.onProgress?.({ done, total: all.length });
  }
  return all.length;
}

/** Names in batches of a step. */
function* stepsOf(names: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < names.length; start += STEP) yield names.slice(start, start + STEP);
}

/** Some records, each with its stored bytes. */
type KeptPart = { readonly names: readonly string[]; readonly kept: readonly Content[] };

/** The records of these names as they are stored, as many at a time as a step has and memory allows. */
export async function* keptParts(
  { storage }: Pick<Store, "storage">,
  names: readonly string[],
): AsyncGenerator<KeptPart> {
  for (let start = 0; start < names.length; ) {
    const kept = await storage.readKept(names.slice(start, start + STEP));
    yield { names: names.slice(start, start + kept.length), kept };
    start += kept.length;
  }
}

/** The same, with what the stored bytes contain once opened. */
export type Part = KeptPart & { readonly contents: readonly Content[] };

/** Bytes of stored records above which a part ends. */
const PART_BYTES = 16 * 1024 * 1024;

/** The records of these names with their contents, in parts of at least one record and some MiB. */
export async function* revealedParts(
  store: Store,
  names: readonly string[],
  isWanted: (kept: Content) => boolean = () => true,
): AsyncGenerator<Part> {
  const reveal = store.vault.revealing();
  for await (const part of keptParts(store, names)) {
    const wanted = part.names.filter((_, i) => isWanted(part.kept[i]));
    yield* revealedIn({ names: wanted, kept: part.kept.filter(isWanted) }, reveal);
  }
}

async function* revealedIn({ names, kept }: KeptPart, reveal: Reveal): AsyncGenerator<Part> {
  for (let start = 0; start < kept.length; ) {
    const end = partEnd(kept, start);
    const [some, someKept] = [names.slice(start, end), kept.slice(start, end)];
    const contents = await revealSome(some, someKept, reveal);
    start += contents.length;
    yield { names: some.slice(0, contents.length), kept: someKept.slice(0, contents.length), contents };
  }
}

function partEnd(kept: readonly Content[], start: number): number {
  let [end, bytes] = [start, 0];
  while (end < kept.length && bytes <= PART_BYTES) bytes += lengthOf(kept[end++]);
  return end;
}

/** @throws `BABA_OPTION` if an option is not known, or `onProgress` is not a function */
export function checkMaintenanceOptions(
  options: MaintenanceOptions,
  known: readonly string[] = ["onProgress"],
): void {
  checkOptionNames(options, known);
  if (options.onProgress === undefined || typeof options.onProgress === "function") return;
  throw optionError("The option onProgress must be a function.");
}
