import { writeSection } from "./document.ts";
import { ENGINES, type EngineName, PEERS } from "./engines.ts";
import { machine, otherWork } from "./machine.ts";
import { Ground, measure } from "./measurement.ts";
import { installPeers } from "./peers.ts";
import { FULL, QUICK } from "./plan.ts";
import { report } from "./report.ts";
import { IN_PYTHON, pythonVersion } from "./run-trial.ts";

/**
 * Measures commits beside other engines and writes what was found into docs/performance.md. `quick`
 * shows that it runs, in two rounds, and leaves the document as it is.
 */
export async function runCommits({ quick }: { quick: boolean }): Promise<void> {
  const plan = quick ? QUICK : FULL;
  const versions = await versionsHere();
  const engines = namesOf(ENGINES).filter((name) => needs(name).every((need) => versions.has(need)));
  const ground = new Ground();
  try {
    const measurement = await measure(plan, engines, ground);
    const section = report(measurement, {
      machine: machine(ground.root),
      caution: otherWork(),
      rounds: plan.rounds,
      versions: [...versions].map(([name, version]) => `${name} ${version}`).join(", "),
      missing: namesOf(ENGINES).filter((name) => !engines.includes(name)),
    });
    console.log(`\n${section}\n`);
    if (!quick) writeSection("commits", section);
  } finally {
    console.log("Removing what was written ...");
    ground.remove();
  }
}

/** The versions of the peers that are here, and of Python. */
async function versionsHere(): Promise<Map<string, string>> {
  const versions = new Map(installPeers());
  const python = await pythonVersion();
  if (python !== undefined) versions.set("Python", python);
  return versions;
}

function needs(name: EngineName): string[] {
  if (name === IN_PYTHON) return ["Python"];
  const peer = PEERS[name];
  return peer === undefined ? [] : [peer];
}

function namesOf(engines: typeof ENGINES): EngineName[] {
  return Object.keys(engines) as EngineName[]; // Its keys are their type.
}
