import { CATALOGUE, type EngineName } from "../engines/catalogue.ts";
import { table } from "./markdown.ts";
import { coldOf, commitOf, eachOf, settledOf, warmOf } from "./measures.ts";
import { shown } from "./statistics.ts";
import { type Measure, titleOf, type View } from "./view.ts";

const QUESTIONS: readonly (readonly [string, Measure])[] = [
  ["commit of 1 record", commitOf("single")],
  ["bulk commit, in place", settledOf("bulk")],
  ["update of a tenth, in place", settledOf("update")],
  ["delete of a tenth, in place", settledOf("delete")],
  ["16 commits at once", { workload: "burst", figure: "together" }],
  ["all, cold", coldOf("all")],
  ["stream, cold", coldOf("stream")],
  ["filter, cold", coldOf("filter")],
  ["filter, again", warmOf("filter")],
  ["get", eachOf("get")],
  ["count, cold", coldOf("count")],
  ["exists", eachOf("exists")],
  ["mixed 90/10", eachOf("mixed")],
  ["first open", { workload: "open", figure: "first" }],
];

/** Per query, compares BabaDB with the fastest peer that makes the same promises and the fastest of all. */
export function lossTable(view: View, records: number): string {
  const rows = QUESTIONS.map(([name, measure]) => {
    const peers = view.having(records, measure).filter((engine) => CATALOGUE[engine].kind === "peer");
    const ours = view.median("baba", records, measure);
    return [
      name,
      shown(ours),
      ...against(view, peers.filter(isSafe), records, measure),
      ...against(view, peers, records, measure),
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

function against(view: View, peers: readonly EngineName[], records: number, measure: Measure): string[] {
  const [fastest] = [...peers].sort(
    (a, b) => view.median(a, records, measure) - view.median(b, records, measure),
  );
  if (fastest === undefined) return ["-", "-", "-"];
  const times = view.ratio("baba", measure, fastest, measure, records);
  return [titleOf(fastest), shown(view.median(fastest, records, measure)), shown(times)];
}

function isSafe(engine: EngineName): boolean {
  const { synced, atomic } = CATALOGUE[engine];
  return synced === "yes" && atomic === "commit";
}
