import { tmpdir } from "node:os";
import { machine, otherWork } from "../machine.ts";
import { paragraphs } from "../report/markdown.ts";
import { writeSection } from "../report/publish.ts";
import { ROUNDS } from "./stopwatch.ts";
import { rowTable } from "./table.ts";

/** Measures files on Node.js and writes their section, but not the decisions below it in the document. */
export async function runFiles({ quick }: { quick: boolean }): Promise<void> {
  if (quick) {
    console.log("files: left out of a quick run, because it takes minutes");
    return;
  }
  // Loading it starts threads.
  const { measureFiles } = await import("./measure.ts");
  const rows = await measureFiles();
  const place = `${machine(tmpdir())}; median of ${ROUNDS} rounds.${otherWork()}`;
  const section = paragraphs("## Files on Node.js", place, rowTable(rows));
  console.log(section);
  writeSection("node-io", section);
}
