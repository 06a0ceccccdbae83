import { decode } from "../../codec/index.ts";
import { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { folderOf, pathIn } from "../../storage/names.ts";
import type { ItemRecord } from "./items.ts";
import { type Call, type Damage, FOLDERS, type Program, pick, type Step } from "./program.ts";

/** Stands for a record whose file does not give its bytes, and for one whose bytes are no record. */
export const DAMAGED: { readonly undecodable: ItemRecord; readonly unparsable: ItemRecord } = {
  undecodable: { id: 0, n: -1_000_000, team: "", value: null },
  unparsable: { id: 0, n: -1_000_001, team: "", value: null },
};

export function isDamaged({ n }: ItemRecord): boolean {
  return n === DAMAGED.undecodable.n || n === DAMAGED.unparsable.n;
}

/** The codes of the errors for such records. */
const CODES = ["BABA_CODEC", "BABA_ENVELOPE", "BABA_TAMPERED", "BABA_UTF8", "BABA_JSON"];

export function isUnreadable(code: string | undefined): boolean {
  return code !== undefined && CODES.includes(code);
}

/** The record that an error names. */
export function unreadableOf(error: unknown): string {
  return (error instanceof BabaError && error.record) || "no record";
}

/** What a call gives that meets such a record. */
export function unreadable(name: string | undefined): string {
  return `unreadable: ${name}`;
}

/** A program makes so many calls for each record that is damaged. */
const CALLS = 25;

/** The same program with records damaged in the middle; half of the reads of folders leave such records out. */
export function withDamage(program: Program, below: (end: number) => number): Program {
  const steps = program.steps.map((step) => skippingStep(step, () => below(2) === 0));
  for (let left = Math.ceil(steps.length / CALLS); left > 0; left--) {
    const base = { actor: below(3), isAwaited: true };
    const how = pick(["bit", "short", "shortToByte"] as const, below(3));
    const damage: Damage = { record: below(100), place: below(100_000), how };
    const verify: Step = { ...base, kind: "upkeep", upkeep: "verify", isAwaited: below(2) === 0 };
    steps.splice(below(steps.length + 1), 0, { ...base, kind: "damage", damage });
    steps.splice(below(steps.length + 1), 0, verify);
  }
  return { ...program, steps };
}

function skippingStep(step: Step, isChosen: () => boolean): Step {
  if (step.kind === "call") return { ...step, call: skipping(step.call, isChosen()) };
  if (step.kind !== "callback") return step;
  return { ...step, body: step.body.map((part) => ({ ...part, call: skipping(part.call, isChosen()) })) };
}

function skipping(call: Call, skips: boolean): Call {
  return "skips" in call ? { ...call, skips } : call;
}

/**
 * Damages the file of a record, in a plain store or a sealed one; returns its name and what stands for it, or
 * nothing if there is none.
 */
export async function damageRecord(
  files: FileSystem,
  { record, place, how }: Damage,
  isPlain: boolean,
): Promise<readonly [string, ItemRecord][]> {
  const all = await recordFiles(files);
  if (all.length === 0) return [];
  const name = pick(all, record);
  const [bytes] = await files.read([name]);
  if (!(bytes instanceof Uint8Array)) throw new RangeError(`${name} is gone`);
  const at = place % Math.max(1, bytes.length);
  const damaged =
    how === "bit" ? flipped(bytes, at) : bytes.slice(0, how === "short" ? at : at - (at % GROUP));
  await files.remove([name]);
  await files.create([{ path: name, bytes: damaged }]);
  await files.sync([name]);
  await files.syncFolders([folderOf(name)]);
  return [[name, isPlain && isDecodable(damaged) ? DAMAGED.unparsable : DAMAGED.undecodable]];
}

/** Characters for a byte. */
const GROUP = 11;

/** No character of base-3 text has this bit. */
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte | 0x80 : byte));
}

async function recordFiles(files: FileSystem): Promise<string[]> {
  const all: string[] = [];
  for (const folder of FOLDERS)
    for (const name of (await files.names(folder)) ?? [])
      if (name.endsWith(".baba") && !name.startsWith(".")) all.push(pathIn(folder, name));
  return all.sort();
}

/** Whether there are bytes in it, of which a plain store asks no more until they are read as a record. */
function isDecodable(text: Uint8Array): boolean {
  try {
    decode(text);
    return true;
  } catch {
    return false;
  }
}
