import { join } from "node:path";
import {
  HERMITAGE_CASES,
  HERMITAGE_INITIAL,
  type HermitageCase,
  type HermitageClient,
  runHermitage,
} from "@baba/core/testing";
import { BabaError } from "@baba/node";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { Values } from "./client.ts";
import { Reply, type Request } from "./protocol.ts";

/** Three transactions, and one that reads the final state. */
const CLIENTS = 4;

/** None of the ten anomalies occurs, with sessions in one process or in several. */
export async function hermitage(suite: Suite): Promise<void> {
  const processes = Array.from({ length: CLIENTS }, () => new Child("hermitage-client", null));
  for (const example of HERMITAGE_CASES) {
    await inOneProcess(example, suite);
    await inSeveral(example, processes, suite);
  }
  await Promise.all(processes.map((child) => child.finish()));
  suite.progress(`${HERMITAGE_CASES.length} cases, in one process and in several`);
}

async function inOneProcess(example: HermitageCase, suite: Suite): Promise<void> {
  const values = new Values(join(suite.folder, `one-${example.name}`));
  await values.fill(HERMITAGE_INITIAL);
  await judge(example, async () => values.begin(), suite, "in one process");
  await values.close();
}

async function inSeveral(example: HermitageCase, processes: readonly Child[], suite: Suite): Promise<void> {
  const directory = join(suite.folder, `several-${example.name}`);
  const values = new Values(directory);
  await values.fill(HERMITAGE_INITIAL);
  await values.close();
  const free = [...processes];
  const busy: Child[] = [];
  const begin = async (): Promise<HermitageClient> => {
    const child = free.shift();
    if (child === undefined) throw new RangeError("A case has more clients than there are processes.");
    busy.push(child);
    await ask(child, { act: "begin", directory });
    return remote(child);
  };
  await judge(example, begin, suite, "in several processes");
  for (const child of busy) await ask(child, { act: "close" });
}

async function judge(
  example: HermitageCase,
  begin: () => Promise<HermitageClient>,
  { check }: Suite,
  where: string,
): Promise<void> {
  const { name, title } = example;
  const trace = await runHermitage(example, begin, isConflict);
  check(!example.occurred(trace), `${name} ${where}: ${title}`);
  check(trace.committed.size > 0, `${name} ${where}: nobody could commit`);
}

/** A session in another process. */
function remote(child: Child): HermitageClient {
  return {
    read: async (key) => (await ask(child, { act: "read", key })).value,
    write: async (key, value) => void (await ask(child, { act: "write", key, value })),
    list: async () => (await ask(child, { act: "list" })).keys,
    commit: async () => void (await ask(child, { act: "commit" })),
    rollback: async () => void (await ask(child, { act: "rollback" })),
  };
}

async function ask(child: Child, request: Request): Promise<{ value?: number | undefined; keys: string[] }> {
  child.send(request);
  const { error, ...reply } = await child.next(Reply);
  if (error !== undefined) throw new RemoteError(error);
  return reply;
}

/** An error that a client process answered. */
class RemoteError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`A client process answered ${code}.`);
    this.code = code;
  }
}

function isConflict(error: unknown): boolean {
  return (error instanceof BabaError || error instanceof RemoteError) && error.code === "BABA_CONFLICT";
}
