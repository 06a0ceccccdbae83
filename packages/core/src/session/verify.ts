import { isSealed, keyIdOf } from "../crypto/envelope.ts";
import { BabaError } from "../errors.ts";
import { parseBytes } from "../model/index.ts";
import { printable } from "../storage/names.ts";
import type { Content } from "../storage/protection.ts";
import {
  forAllRecords,
  type MaintenanceOptions,
  problemOf,
  type RecordProblem,
  revealedParts,
} from "./maintenance.ts";
import type { Store } from "./shared-store.ts";

/** What reading every record of a store has shown. */
export type VerifyReport = {
  /** How many records there are. */
  readonly records: number;
  /** Those that cannot be read, or are not sealed with the active key of a sealed store; in the order of the folders. */
  readonly problems: readonly RecordProblem[];
};

/** Reads every record of every folder and changes nothing. What is in their JSON is for a schema to judge, and is not. */
export async function verify(store: Store, options: MaintenanceOptions): Promise<VerifyReport> {
  const problems: RecordProblem[] = [];
  let records = 0;
  await forAllRecords(store, options, async (names) => {
    // What was committed since the last step is seen, so that nothing is half new.
    await store.storage.head();
    const kept = await store.storage.readKept(names);
    for await (const part of revealedParts(store, names, kept)) {
      for (const [i, filename] of part.names.entries()) {
        // Listed and deleted since.
        if (part.contents[i] === undefined) continue;
        records++;
        const error = faultOf(store, filename, part.kept[i], part.contents[i]);
        if (error !== undefined) problems.push(problemOf(filename, error));
      }
    }
  });
  return { records, problems };
}

function faultOf(store: Store, name: string, kept: Content, content: Content): BabaError | undefined {
  if (content instanceof BabaError) return content;
  if (!(content instanceof Uint8Array) || !(kept instanceof Uint8Array)) return undefined;
  return jsonFault(content, name) ?? keyFault(store, name, kept);
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
      `${printable(name)}: it is not sealed yet: call db.seal() to go on sealing the store.`,
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
