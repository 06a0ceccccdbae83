import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { leftoversOf } from "../harness/tree.ts";
import { ClientReport, COUNTER, Counter } from "./model.ts";

const CLIENTS = 8;
const INCREMENTS = 500;

/** Eight processes increment one counter at once; no increment is lost, and none counts twice. */
export async function counter({ folder: directory, size, check, progress }: Suite): Promise<void> {
  const increments = size(INCREMENTS);
  const clients = Array.from({ length: CLIENTS }, (_, i) => {
    return new Child("counter-client", {
      directory,
      increments,
      settle: i % 2 === 0 ? "commit" : "background",
    });
  });
  const runs = await runAtOnce(clients);
  const db = new BabaDB(Counter, { directory, logging: false });
  const count = (await db.asyncSession((session) => session.get(COUNTER)))?.count;
  await db.close();
  const wanted = CLIENTS * increments;
  progress(`${CLIENTS} processes counted to ${count} in ${runs} runs of their sessions`);
  check(count === wanted, `the counter is at ${count} after ${wanted} increments`);
  check(runs > wanted, "no two increments met");
  const leftovers = leftoversOf(directory);
  check(leftovers.length === 0, `a closed store holds leftovers: ${leftovers.join(", ")}`);
}

/** Lets the clients begin when all are ready; returns how often their sessions ran. */
async function runAtOnce(clients: readonly Child[]): Promise<number> {
  await Promise.all(clients.map((client) => client.next(v.object({}))));
  for (const client of clients) client.send("begin");
  await Promise.all(clients.map((client) => client.finish()));
  const reports = await Promise.all(clients.map((client) => client.next(ClientReport)));
  return reports.reduce((sum, { runs }) => sum + runs, 0);
}
