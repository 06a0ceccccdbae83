import type { EnginesHere } from "./engines-here.ts";
import type { Options } from "./options.ts";
import { type Plan, stagesOf } from "./plan.ts";
import { type Key, type Results, without, withReason } from "./results.ts";

/** The day at the end of a machine's description, on which alone a run may go on elsewhere than it began. */
const DAY = /; [\d-]+$/;

/**
 * What a run on this machine begins with: the known results without what it measures anew, or, to resume,
 * with what the stopped run has measured. Throws if that was another run: its rounds would be compared with
 * rounds of today.
 */
export function begun(
  known: Results,
  plan: Plan,
  options: Options,
  here: EnginesHere,
  machine: string,
): Results {
  const asked = askedOf(options);
  if (options.resume) refuseOther(known, asked, machine);
  const kept = without(known, isAnew(plan, options));
  const results = options.resume ? known : { ...kept, run: new Date().toISOString(), asked };
  return withMissing(withMachine(results, machine), options, here);
}

/** What decides about a run's figures, as one text. */
function askedOf({ workloads, engines, records, rounds }: Options): string {
  const sizes = records === undefined ? "" : ` --records ${records.join(",")}`;
  const times = rounds === undefined ? "" : ` --rounds ${rounds}`;
  return `--only ${workloads.join(",")} --engines ${engines.join(",")}${sizes}${times}`;
}

function refuseOther(known: Results, asked: string, machine: string): void {
  if (known.asked === undefined) throw new Error("There is no stopped run. Begin one without --resume.");
  if (known.asked !== asked) {
    throw new Error(
      `--resume continues what was begun with ${known.asked}. Say the same, or begin anew without --resume.`,
    );
  }
  const other = known.machines.find(
    (one) => one.run === known.run && one.machine.replace(DAY, "") !== machine.replace(DAY, ""),
  );
  if (other === undefined) return;
  throw new Error(
    `The stopped run was on another machine (${other.machine}; this is ${machine}), whose times cannot be compared. Begin anew without --resume.`,
  );
}

function withMachine(results: Results, machine: string): Results {
  const { run, machines } = results;
  const isKnown = machines.some((one) => one.run === run && one.machine === machine);
  return isKnown ? results : { ...results, machines: [...machines, { run, machine }] };
}

/** A missing engine is only reported once, with 0 records. */
function withMissing(known: Results, { engines }: Options, { missing, versions }: EnginesHere): Results {
  const results: Results = { ...known, versions: { ...known.versions, ...versions } };
  return engines
    .filter((engine) => missing.has(engine))
    .reduce(
      (all, engine) => withReason(all, { workload: "bulk", engine, records: 0 }, missing.get(engine) ?? ""),
      results,
    );
}

function isAnew(plan: Plan, options: Options): (key: Key) => boolean {
  const sizes = [0, ...stagesOf(plan, options).map(({ records }) => records)];
  return ({ workload, engine, records }) => {
    const asked = options.workloads.some((name) => name === (workload === "disk" ? "bulk" : workload));
    return asked && options.engines.some((name) => name === engine) && sizes.includes(records);
  };
}
