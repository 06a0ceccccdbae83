import type { Database } from "../../session/database/database.ts";
import { isDamaged, isUnreadable } from "./damage.ts";
import type { Item } from "./items.ts";
import { ACTORS, type Call, type Program, pick, type Step, type Upkeep } from "./program.ts";
import type { Records } from "./reference.ts";
import type { Tended } from "./trace.ts";

/** Upkeep that any database of a store with a key file may do. */
const ALWAYS: readonly Upkeep[] = ["verify", "rotateKey", "rewrap", "dropRetired"];
const TURNS: readonly Upkeep[] = [...ALWAYS, "seal"];
/** A program makes so many calls for each upkeep. */
const CALLS = 14;
/** Of the record whose commit is met by `forceUnlock()`. */
const FORCED = 10_000;
const FORCED_NAME = "a/1.baba";
/** Where there is nothing to be sealed, `seal()` has nothing to do. */
const FEWEST = 4;

/**
 * The same program with upkeep of the whole store in between: of one with a key file, or of a plain one that is
 * sealed in the middle.
 *
 * @param below gives a whole number below another one
 */
export function withUpkeep(program: Program, below: (end: number) => number): Program {
  const isConverted = below(3) === 0;
  const turns = isConverted ? TURNS : ALWAYS;
  const steps = [...program.steps];
  for (let left = Math.ceil(steps.length / CALLS); left > 0; left--)
    steps.splice(below(steps.length + 1), 0, upkeepStep(pick(turns, below(turns.length)), below));
  if (!isConverted) return { ...program, protection: "passphrase", steps };
  // A plain process cannot seal its store.
  const sealing: Step = { actor: below(ACTORS.length - 1), isAwaited: false, kind: "upkeep", upkeep: "seal" };
  steps.splice(below(steps.length), 0, sealing);
  return { ...program, protection: "converted", filled: Math.max(FEWEST, program.filled), steps };
}

/** The same program, in the middle of which the write lock is removed, mostly while another process commits. */
export function withForce(program: Program, below: (end: number) => number): Program {
  const steps = [...program.steps];
  const force = upkeepStep("forceUnlock", below);
  const isElsewhere = (handle: number) => handle < 2 !== (ACTORS[force.actor] ?? 0) < 2;
  const holder = ACTORS.findIndex(isElsewhere);
  const base = { actor: holder, kind: "call", isAwaited: false } as const;
  const item = { id: 1, n: FORCED, team: 0, value: 0 };
  const calls: readonly Call[] = [{ kind: "add", item, name: FORCED_NAME }, { kind: "commit" }];
  steps.splice(below(steps.length), 0, ...calls.map((call) => ({ ...base, call })), force);
  return { ...program, steps };
}

function upkeepStep(upkeep: Upkeep, below: (end: number) => number): Step {
  return { actor: below(ACTORS.length), isAwaited: below(3) === 0, kind: "upkeep", upkeep };
}

/** Does it; resolves to how many records there were, if it tells, and the codes of the problems among them. */
export async function tend(db: Database<typeof Item>, upkeep: Upkeep): Promise<string[]> {
  switch (upkeep) {
    case "rotateKey":
    case "forceUnlock":
      await db[upkeep]();
      return [];
    case "verify":
      return told(await db.verify());
    case "rewrap":
      return told(await db.rewrap());
    case "dropRetired":
      return told(await db.rewrap({ dropRetired: true }));
    case "seal":
      return told(await db.seal());
  }
}

function told({
  records,
  problems,
}: {
  readonly records: number;
  readonly problems: readonly { readonly code: string }[];
}): string[] {
  return [String(records), ...problems.map(({ code }) => code)];
}

/** Retired keys and plain records are what upkeep is for. */
const EXPECTED = ["BABA_KEY_RETIRED", "BABA_NOT_SEALED"];

/** Whether so many records may have been found that cannot be read. */
function isWhole(found: number, states: readonly Records[]): boolean {
  const damaged = states.map((state) =>
    [...state].filter(([, record]) => isDamaged(record)).map(([name]) => name),
  );
  const [first = [], ...others] = damaged;
  const always = first.filter((name) => others.every((names) => names.includes(name)));
  return always.length <= found && found <= new Set(damaged.flat()).size;
}

/** Whether upkeep has given what it may, if the records were in these states meanwhile. */
export function isFound(
  { upkeep, isKeyless }: Tended,
  [records, ...codes]: readonly string[],
  states: readonly Records[],
): boolean {
  if (upkeep === "rotateKey" || upkeep === "forceUnlock") return true;
  const expected = isKeyless ? [...EXPECTED, "BABA_SEALED"] : EXPECTED;
  if (codes.some((code) => !expected.includes(code) && !isUnreadable(code))) return false;
  if (upkeep === "verify" && !isWhole(codes.filter(isUnreadable).length, states)) return false;
  // Sealing is not begun again where it is done.
  if (upkeep === "seal" && records === "0") return true;
  const names = new Set(states.flatMap((state) => [...state.keys()]));
  const always = [...names].filter((name) => states.every((state) => state.has(name)));
  return always.length <= Number(records) && Number(records) <= names.size;
}
