import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkHistory, mergeHistories, type Transaction } from "@baba/core/testing";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import type { ClientArgument } from "./model.ts";

const TRANSACTIONS = 20_000;
const PROCESSES = 3;
const SESSIONS = 3;
/** A store's history is checked as a whole; longer runs use several stores. */
const TRANSACTIONS_A_STORE = 20_000;

/** Processes with several sessions each run conflicting transactions, which are strictly serializable. */
export async function histories(suite: Suite): Promise<void> {
  const wanted = suite.size(TRANSACTIONS);
  for (let done = 0; done < wanted; done += TRANSACTIONS_A_STORE) {
    const seed = suite.random.below(2 ** 20);
    const history = await record(suite, seed, Math.min(TRANSACTIONS_A_STORE, wanted - done));
    judge(history, suite);
  }
}

async function record(suite: Suite, seed: number, wanted: number): Promise<Transaction[]> {
  const folder = join(suite.folder, `run-${seed}`);
  const origin = String(process.hrtime.bigint());
  const commits = Math.ceil(wanted / (PROCESSES * SESSIONS));
  const paths = Array.from({ length: PROCESSES }, (_, i) => `${folder}-history-${i}`);
  const clients = paths.map((history, i) => {
    return new Child("history-client", {
      ...{
        directory: folder,
        history,
        origin,
        seed,
        process: i,
        processes: PROCESSES,
        sessions: SESSIONS,
        commits,
      },
      durability: i === 2 ? "relaxed" : "full",
      settle: i === 1 ? "background" : "commit",
    } satisfies ClientArgument);
  });
  await Promise.all(clients.map((client) => client.finish()));
  return mergeHistories(paths.map((path) => readFileSync(path, "utf8")));
}

function judge(history: readonly Transaction[], { check, progress, size }: Suite): void {
  const committed = history.filter(({ outcome }) => outcome === "committed").length;
  const { anomalies } = checkHistory(history);
  progress(
    `${committed} transactions committed, ${history.length - committed} aborted, ${anomalies.length} anomalies`,
  );
  check(committed >= Math.min(TRANSACTIONS_A_STORE, size(TRANSACTIONS)), `only ${committed} were committed`);
  check(committed < history.length, "no two transactions met");
  check(anomalies.length === 0, `${anomalies.length} anomalies`);
  for (const { kind, transactions, explanation } of anomalies.slice(0, 5)) {
    check(false, `${kind} of ${transactions.join(", ")}: ${explanation}`);
  }
}
