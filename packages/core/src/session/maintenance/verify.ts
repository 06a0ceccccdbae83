import { isSealed, keyIdOf } from "../../crypto/envelope.ts";
import { BabaError } from "../../errors.ts";
import { parseBytes } from "../../model/index.ts";
import { printable } from "../../printable.ts";
import { IN_DOUBT } from "../../storage/protection.ts";
import type { Content } from "../../storage/storage.ts";
import type { Store } from "../database/shared-store.ts";
import { nameFault, problemOf, type RecordProblem } from "./problems.ts";
import { checkMaintenanceOptions, forAllRecords, type MaintenanceOptions, revealedParts } from "./walk.ts";

/** The result of reading every record of a store. */
export type VerifyReport = {
  /** The number of records. */
  readonly records: number;
  /** Records that cannot be read or, in a sealed store, do not use the active key; in folder order. */
  readonly problems: readonly RecordProblem[];
};

/**
 * Reads every record of every folder; changes nothing. JSON is parsed, but not validated by a schema.
 *
 * @throws `BABA_OPTION` if an option is not known or of the wrong kind
 */
export async function verify(store: Store, options: MaintenanceOptions): Promise<VerifyReport> {
  checkMaintenanceOptions(options);
  const problems: RecordProblem[] = [];
  let records = 0;
  await forAllRecords(store, options, async (names) => {
    const step = await examine(store, names);
    records += step.records;
    problems.push(...(await confirmed(store, step.problems)));
  });
  return { records, problems };
}

async function examine(store: Store, names: readonly string[]): Promise<VerifyReport> {
  const problems: RecordProblem[] = [];
  let records = 0;
  // Catch up with what was committed since the last step, so that both reads see the same state.
  await store.storage.head();
  for await (const part of revealedParts(store, names)) {
    for (const [i, filename] of part.names.entries()) {
      // Deleted after it was listed.
      if (part.contents[i] === undefined) continue;
      records++;
      const error = faultOf(store, filename, part.kept[i], part.contents[i]);
      if (error !== undefined) problems.push(problemOf(filename, error));
    }
  }
  return { records, problems };
}

/** Looks again at records whose keys are in doubt: the store may have changed between their reads and the judgement. */
async function confirmed(
  store: Store,
  problems: readonly RecordProblem[],
): Promise<readonly RecordProblem[]> {
  const { converting = false } = store.vault.keyring ?? {};
  // While the store is being sealed, plain records are what they seem.
  const isInDoubt = ({ code }: RecordProblem) =>
    IN_DOUBT.has(code) && !(converting && code === "BABA_NOT_SEALED");
  const doubtful = problems.filter(isInDoubt);
  if (doubtful.length === 0) return problems;
  const again = await examine(
    store,
    doubtful.map(({ filename }) => filename),
  );
  const still = new Map(again.problems.map((problem) => [problem.filename, problem]));
  return problems.flatMap((problem) => (isInDoubt(problem) ? (still.get(problem.filename) ?? []) : problem));
}

function faultOf(store: Store, name: string, kept: Content, content: Content): BabaError | undefined {
  if (content instanceof BabaError) return content;
  if (!(content instanceof Uint8Array) || !(kept instanceof Uint8Array)) return undefined;
  return nameFault(name) ?? jsonFault(content, name) ?? keyFault(store, name, kept);
}

function jsonFault(payload: Uint8Array, name: string): BabaError | undefined {
  try {
    parseBytes(payload);
    return undefined;
  } catch (error) {
    if (error instanceof BabaError) return error.about(name);
    throw error;
  }
}

function keyFault({ vault }: Store, name: string, kept: Uint8Array): BabaError | undefined {
  if (vault.activeId === undefined) return undefined;
  if (!isSealed(kept)) {
    return new BabaError(
      "BABA_NOT_SEALED",
      `${printable(name)}: it is not sealed yet: call db.seal() to finish sealing the store.`,
      { record: name },
    );
  }
  if (keyIdOf(kept) === vault.activeId) return undefined;
  return new BabaError(
    "BABA_KEY_RETIRED",
    `${printable(name)}: it is sealed with a retired data key: call db.rewrap() to seal it with the active one.`,
    { record: name },
  );
}
