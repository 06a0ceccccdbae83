import { CATALOGUE, ENGINE_NAMES, type EngineName, type OtherRuntime } from "../engines/catalogue.ts";
import { versionTold } from "./child.ts";
import { versionOf } from "./peers.ts";

/** The versions of what can be measured here, and why the rest cannot be. */
export type EnginesHere = {
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: ReadonlyMap<EngineName, string>;
};

const RUNTIMES: readonly (OtherRuntime | "python")[] = ["node24", "bun", "deno", "python"];

/** Finds out what is installed and runs. */
export async function enginesHere(): Promise<EnginesHere> {
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of new Set(ENGINE_NAMES.flatMap((engine) => CATALOGUE[engine].peers ?? []))) {
    const version = versionOf(name);
    if (version !== undefined) versions[name] = version;
  }
  for (const runtime of RUNTIMES) {
    const version = await versionTold(runtime);
    if (version === undefined) delete versions[runtime];
    else versions[runtime] = version;
  }
  const reasons = ENGINE_NAMES.flatMap((engine) => {
    const reason = whyMissing(engine, versions);
    return reason === undefined ? [] : [[engine, reason] as const];
  });
  return { versions, missing: new Map(reasons) };
}

function whyMissing(engine: EngineName, versions: Readonly<Record<string, string>>): string | undefined {
  const { peers = [], load } = CATALOGUE[engine];
  const needed = load === undefined ? ["python"] : peers;
  const absent = needed.filter((name) => versions[name] === undefined);
  return absent.length === 0
    ? undefined
    : `${absent.join(" and ")} could not be installed, or does not run, here`;
}
