import { BabaDB } from "@baba/node";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { leftoversOf } from "../harness/tree.ts";
import { COUNTER, Counter } from "./model.ts";

const CLIENTS = 8;
const INCREMENTS = 500;

/** Eight processes increment one counter; no increment is lost, and none counts twice. */
export async function counter({ folder: directory, size, check, progress }: Suite): Promise<void> {
  const increments = size(INCREMENTS);
  const clients = Array.from({ length: CLIENTS }, (_, i) => {
    return new Child("counter-client", {
      directory,
      increments,
      settle: i % 2 === 0 ? "commit" : "background",
    });
  });
  await Promise.all(clients.map((client) => client.finish()));
  const db = new BabaDB(Counter, { directory, logging: false });
  const count = (await db.asyncSession((session) => session.get(COUNTER)))?.count;
  await db.close();
  progress(`${CLIENTS} processes counted to ${count}`);
  check(
    count === CLIENTS * increments,
    `the counter is at ${count} after ${CLIENTS * increments} increments`,
  );
  const leftovers = leftoversOf(directory);
  check(leftovers.length === 0, `a closed store holds leftovers: ${leftovers.join(", ")}`);
}
