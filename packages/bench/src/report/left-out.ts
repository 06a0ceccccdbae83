import { CATALOGUE, type EngineName } from "../engines/catalogue.ts";
import type { LeftOut } from "../harness/results.ts";
import { paragraphs, table } from "./markdown.ts";
import { thousands, titleOf, type View } from "./view.ts";

/** What was not measured, by engine and reason. */
export function leftOutTable(view: View): string {
  const groups = new Map<string, LeftOut[]>();
  for (const one of view.results.leftOut) {
    const group = `${one.engine} ${one.reason}`;
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  const rows = [...groups.values()].map(rowOf);
  if (rows.length === 0) return "";
  return paragraphs("What could not be measured, and why:", table(["engine", "why", "what"], rows, 3));
}

/** Of what one engine leaves out for one reason. */
function rowOf(group: readonly LeftOut[]): string[] {
  const { engine = "", reason = "" } = group[0] ?? {};
  const name = engine in CATALOGUE ? titleOf(engine as EngineName) : engine;
  const workloads = [...new Set(group.map(({ workload }) => workload))];
  const what = workloads.map((workload) => sizesOf(group.filter((one) => one.workload === workload)));
  return [name, reason.replaceAll("|", "/"), what.join("; ")];
}

/** Without records, an engine is missing altogether. */
function sizesOf(group: readonly LeftOut[]): string {
  const sizes = group.map(({ records }) => records).sort((a, b) => a - b);
  if (sizes.includes(0)) return "everything";
  return `${group[0]?.workload} of ${sizes.map(thousands).join(", ")}`;
}
