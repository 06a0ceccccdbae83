import { CATALOGUE, type EngineName } from "../engines/catalogue.ts";
import { table } from "./markdown.ts";
import { coldOf, commitOf, eachOf, settledOf, warmOf } from "./measures.ts";
import { shown } from "./statistics.ts";
import { type Measure, titleOf, type View } from "./view.ts";

/** A question, and BabaDB's figure for it if it has another name than the others'. */
type Question = readonly [name: string, measure: Measure, ours?: Measure];

const QUESTIONS: readonly Question[] = [
  ["commit of 1 record", commitOf("single")],
  ["bulk commit, in place", settledOf("bulk")],
  ["update of a tenth, in place", settledOf("update")],
  ["delete of a tenth, in place", settledOf("delete")],
  ["16 commits at once", { workload: "burst", figure: "together" }],
  ["all, cold", coldOf("all")],
  ["stream, cold", coldOf("stream")],
  ["filter, cold", coldOf("filter")],
  ["filter, again", warmOf("filter")],
  ["get, in one session", eachOf("get")],
  ["get, each in its own session", eachOf("get"), { workload: "get", figure: "alone", times: 1000 }],
  ["count, cold", coldOf("count")],
  ["exists, each in its own session", eachOf("exists")],
  ["mixed 90/10, each in its own session", eachOf("mixed")],
  ["first open", { workload: "open", figure: "first" }],
];

/** Per query, compares BabaDB with the fastest peer that makes the same promises and the fastest of all. */
export function lossTable(view: View, records: number): string {
  const rows = QUESTIONS.map(([name, measure, own = measure]) => {
    const peers = view.having(records, measure).filter((engine) => CATALOGUE[engine].kind === "peer");
    return [
      name,
      shown(view.median("baba", records, own)),
      ...against(view, own, peers.filter(isSafe), records, measure),
      ...against(view, own, peers, records, measure),
    ];
  });
  const heads = [
    "",
    "BabaDB",
    "fastest synced and atomic one",
    "its figure",
    "BabaDB ×",
    "fastest of all",
    "its figure",
    "BabaDB ×",
  ];
  return table(heads, rows);
}

function against(
  view: View,
  own: Measure,
  peers: readonly EngineName[],
  records: number,
  measure: Measure,
): string[] {
  const [fastest] = [...peers].sort(
    (a, b) => view.median(a, records, measure) - view.median(b, records, measure),
  );
  if (fastest === undefined) return ["-", "-", "-"];
  const times = view.ratio("baba", own, fastest, measure, records);
  return [titleOf(fastest), shown(view.median(fastest, records, measure)), shown(times)];
}

function isSafe(engine: EngineName): boolean {
  const { synced, atomic } = CATALOGUE[engine];
  return synced === "yes" && atomic === "commit";
}
