import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BabaDB, decode } from "@baba/node";
import * as v from "valibot";
import type { Suite } from "../harness/suite.ts";
import { type Outcome, TALLIES, Tally } from "./model.ts";

/** All tallies agree, in sessions and files, and count all acknowledged commits, and perhaps unknown ones. */
export async function audit(
  directory: string,
  outcomes: readonly Outcome[],
  { check }: Pick<Suite, "check">,
): Promise<void> {
  const acknowledged = outcomes.reduce((sum, outcome) => sum + outcome.acknowledged, 0);
  // Nothing else that failed may have been committed.
  const unknown = outcomes.filter(({ error }) => error === "BABA_COMMIT_UNKNOWN").length;
  const db = new BabaDB(Tally, { directory, logging: false });
  const seen = (await db.asyncSession((session) => session.all("tallies"))).map(({ count }) => count);
  await db.close();
  const inFiles = TALLIES.map((name) => countIn(join(directory, name)));
  const views: Record<string, readonly (number | undefined)[]> = { sessions: seen, files: inFiles };
  for (const [where, counts] of Object.entries(views)) {
    const distinct = [...new Set(counts)];
    const [count = Number.NaN] = distinct;
    check(
      counts.length === TALLIES.length && distinct.length === 1,
      `${where} see half a commit: ${counts.join(" ")}`,
    );
    const fits = count >= acknowledged && count <= acknowledged + unknown;
    check(
      fits,
      `${where} see ${count} commits, ${acknowledged} were acknowledged and ${unknown} are unknown`,
    );
  }
}

/** `undefined` if there is no such file. */
function countIn(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  return v.parse(Tally, JSON.parse(new TextDecoder().decode(decode(readFileSync(path))))).count;
}
