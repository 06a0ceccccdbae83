import type { EngineName } from "../engines/catalogue.ts";
import { paragraphs, table } from "./markdown.ts";
import { coldOf, commitOf, eachOf, heldOf, memoryOf, settledOf, warmOf } from "./measures.ts";
import { shown, spread } from "./statistics.ts";
import { type Measure, mainSize, thousands, titleOf, type View } from "./view.ts";

/** A question with its unit, and BabaDB's figure for it if it has another name than the others'. */
type Question = readonly [name: string, measure: Measure, ours?: Measure];

/** What most would use instead: files without a library, and the usual database in one file. */
const OTHERS: readonly EngineName[] = ["fs-promises", "sqlite"];

/** The few figures by which a reader decides. */
export function summarySection(view: View): string {
  const records = mainSize(view);
  const rows = questionsOf(thousands(records)).map(([name, measure, ours = measure]) => [
    name,
    spread(view.rounds("baba", records, ours)),
    ...OTHERS.flatMap((other) => [
      spread(view.rounds(other, records, measure)),
      shown(view.ratio("baba", ours, other, measure, records)),
    ]),
  ]);
  const heads = ["", "BabaDB", ...OTHERS.flatMap((other) => [titleOf(other), "BabaDB ×"])];
  return paragraphs("## In short", table(heads, rows));
}

function questionsOf(many: string): Question[] {
  return [
    ["commit of 1 record, ms", commitOf("single")],
    [`commit of ${many} records, in place, ms`, settledOf("bulk")],
    [`all of ${many}, in a new process, ms`, coldOf("all")],
    [`all of ${many} again, ms`, warmOf("all")],
    [`a fifth of ${many} by a field again, ms`, warmOf("filter")],
    ["get, in one session, µs", eachOf("get")],
    ["get, each in its own session, µs", eachOf("get"), { workload: "get", figure: "alone", times: 1000 }],
    [`longest hold of the event loop by all of ${many}, ms`, heldOf("all")],
    [`longest hold of the event loop by a commit of ${many}, ms`, heldOf("bulk")],
    [`memory of a process that commits ${many}, MiB`, memoryOf("bulk")],
    [`${many} records on the disk, blocks, MiB`, { workload: "disk", figure: "blocks", times: 2 ** -20 }],
    ["first opening in a process, ms", { workload: "open", figure: "first" }],
  ];
}
