import { appendFileSync } from "node:fs";
import {
  historyLine,
  isListingKey,
  type Operation,
  type PlannedOperation,
  type Transaction,
  workload,
} from "@baba/core/testing";
import { type AsyncSession, BabaDB, BabaError } from "@baba/node";
import * as v from "valibot";
import { Chance } from "../harness/chance.ts";
import { clockSince } from "../harness/parent.ts";
import { ClientArgument, List } from "./model.ts";

type ListSession = AsyncSession<typeof List>;
type Plan = readonly PlannedOperation[];
/** Runs one plan, or further ones after a conflict; returns how many it committed. */
type Step = (next: () => Plan) => Promise<number>;

const SUFFIX = ".baba";

/** Runs planned transactions in several concurrent sessions, and records what they saw. */
export async function run(argument: unknown): Promise<void> {
  const task = v.parse(ClientArgument, argument);
  const { directory, durability, settle, sessions } = task;
  const db = new BabaDB(List, { directory, durability, settle, logging: false });
  await Promise.all(Array.from({ length: sessions }, (_, lane) => runLane(db, task, lane)));
  await db.close();
}

async function runLane(db: BabaDB<typeof List>, task: ClientArgument, lane: number): Promise<void> {
  const worker = task.process * task.sessions + lane;
  const plans = plansOf(task, worker);
  const next = (): Plan => {
    const { value } = plans.next();
    if (value === undefined) throw new RangeError("A workload ended.");
    return value;
  };
  const random = new Chance(task.seed + worker);
  const recorder = new Recorder(task, worker);
  let committed = 0;
  while (committed < task.commits) {
    const step = random.share() < 0.7 ? explicitly(db, recorder) : inCallback(db, recorder);
    committed += await step(next);
  }
}

function plansOf({ seed, processes, sessions }: ClientArgument, worker: number): ReturnType<typeof workload> {
  const workers = processes * sessions;
  const transactions = Number.POSITIVE_INFINITY;
  return workload({
    ...{ seed, worker, workers, transactions },
    ...{ longest: 4, keys: 6, lifetime: 8, reads: 0.5, listings: 0.15 },
  });
}

/** A session committed explicitly. */
function explicitly(db: BabaDB<typeof List>, recorder: Recorder): Step {
  return async (next) => {
    const session = db.asyncSession();
    const attempt = recorder.begin();
    await attempt.operate(session, next());
    const committed = await session.commit().then(() => true, lostToAnother);
    attempt.end(committed ? "committed" : "aborted");
    session.rollback();
    await session[Symbol.asyncDispose]();
    return committed ? 1 : 0;
  };
}

/** A session with a callback, which runs again under the write lock after a conflict. */
function inCallback(db: BabaDB<typeof List>, recorder: Recorder): Step {
  return async (next) => {
    let attempt: Attempt | undefined;
    await db.asyncSession(
      async (session) => {
        // Another run is another transaction, and needs new numbers.
        attempt?.end("aborted");
        attempt = recorder.begin();
        await attempt.operate(session, next());
      },
      { retries: 1 },
    );
    attempt?.end("committed");
    return 1;
  };
}

/** Writes one client's transactions to its history as they end. */
class Recorder {
  readonly #path: string;
  readonly #process: string;
  readonly #now: () => number;
  #count = 0;

  constructor({ history, origin }: ClientArgument, worker: number) {
    this.#path = history;
    this.#process = `w${worker}`;
    this.#now = clockSince(origin);
  }

  begin(): Attempt {
    return new Attempt(`${this.#process}-${this.#count++}`, this.#now(), (transaction) => {
      const complete = this.#now();
      appendFileSync(this.#path, historyLine({ ...transaction, process: this.#process, complete }));
    });
  }
}

/** A pending transaction. */
class Attempt {
  readonly #id: string;
  readonly #start: number;
  readonly #write: (transaction: Omit<Transaction, "process" | "complete">) => void;
  readonly #operations: Operation[] = [];

  constructor(
    id: string,
    start: number,
    write: (transaction: Omit<Transaction, "process" | "complete">) => void,
  ) {
    this.#id = id;
    this.#start = start;
    this.#write = write;
  }

  async operate(session: ListSession, plan: Plan): Promise<void> {
    for (const operation of plan) this.#operations.push(await operate(session, operation));
  }

  end(outcome: "committed" | "aborted"): void {
    this.#write({ id: this.#id, start: this.#start, outcome, operations: this.#operations });
  }
}

async function operate(session: ListSession, operation: PlannedOperation): Promise<Operation> {
  const { kind, key } = operation;
  if (isListingKey(key)) {
    if (kind === "read") return { kind, key, result: await numbersIn(session, key.slice(0, -1)) };
    await session.add({ list: [] }, `${key}${operation.value}${SUFFIX}`);
    return operation;
  }
  const name = `keys/${key}${SUFFIX}`;
  const list = (await session.get(name))?.list;
  if (kind === "read") return { kind, key, result: list };
  await session.update({ list: [...(list ?? []), operation.value] }, name);
  return operation;
}

async function numbersIn(session: ListSession, folder: string): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { filename } of session.stream(folder)) {
    numbers.push(Number(filename.slice(folder.length + 1, -SUFFIX.length)));
  }
  return numbers;
}

function lostToAnother(error: unknown): false {
  if (error instanceof BabaError && error.code === "BABA_CONFLICT") return false;
  throw error;
}
