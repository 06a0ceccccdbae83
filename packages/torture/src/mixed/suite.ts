import { generateIdentity } from "@baba/node";
import { runBanks } from "../bank/suite.ts";
import { Child } from "../harness/child.ts";
import { BUN, findDeno, haveAllRuntimes, NODE, type Runtime } from "../harness/runtime.ts";
import type { Suite } from "../harness/suite.ts";
import { killAndOpen } from "../recovery/suite.ts";

const KILLS = 200;
/** How often each runtime recovers what each runtime left. */
const RECOVERIES = 10;

/**
 * Node.js, Deno and Bun use one sealed store at the same time and are killed at random times: no money is
 * lost, and each recovers what any of them left.
 */
export async function mixed(suite: Suite): Promise<void> {
  if (!haveAllRuntimes()) {
    suite.leaveOut("Deno and Bun are there on Linux x64 alone");
    return;
  }
  const deno = findDeno();
  const unlock = { identity: await generateIdentity() };
  await runBanks(suite, suite.size(KILLS), { runtimes: [NODE, NODE, NODE, deno, deno, BUN], unlock });
  await recoverEachOther(suite, [NODE, deno, BUN]);
}

async function recoverEachOther(suite: Suite, runtimes: readonly Runtime[]): Promise<void> {
  let count = 0;
  for (const recovering of runtimes) {
    const opener = (): Child => new Child("recovery-opener", null, recovering, suite.folder);
    const openers = [opener(), opener()] as const;
    for (const killed of runtimes) {
      for (let i = 0; i < suite.size(RECOVERIES); i++) await killAndOpen(suite, count++, openers, killed);
    }
    await Promise.all(openers.map((child) => child.finish()));
    suite.progress(
      `${recovering.name} recovered what ${runtimes.map(({ name }) => name).join(", ")} had left`,
    );
  }
}
