import { type AsyncSession, BabaDB, BabaError } from "@baba/node";
import * as v from "valibot";
import { clockSince, commands, say } from "../harness/parent.ts";
import { ClientArgument, type Outcome, Request, TALLIES, Tally } from "./model.ts";

/** Serves one request after another. */
export async function run(argument: unknown): Promise<void> {
  const { directory, origin } = v.parse(ClientArgument, argument);
  const db = new BabaDB(Tally, { directory, logging: false });
  await db.open();
  const client = new Client(db, clockSince(origin));
  await client.serve(commands());
  await db.close();
}

class Client {
  readonly #db: BabaDB<typeof Tally>;
  readonly #now: () => number;
  #acknowledged = 0;
  #leaving = 0;

  constructor(db: BabaDB<typeof Tally>, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  async serve(requests: AsyncGenerator<unknown, void, undefined>): Promise<void> {
    for (;;) {
      const { value } = await requests.next();
      if (value === undefined) return;
      const { act } = v.parse(Request, value);
      this.#acknowledged = 0;
      this.#leaving = 0;
      say(await this.#outcome(() => this.#answer(act, async () => void (await requests.next()))));
    }
  }

  async #answer(act: Request["act"], go: () => Promise<void>): Promise<void> {
    if (act === "hold") return this.#hold(go);
    if (act === "force") return this.#db.forceUnlock();
    say({ begun: true });
    if (act === "count") return this.#count();
    let calm = false;
    const told = go().then(() => {
      calm = true;
    });
    // After an error it still waits for the message that ends the storm, which would be taken for a request
    // otherwise.
    try {
      while (!calm) await this.#count();
    } finally {
      await told;
    }
  }

  async #outcome(work: () => Promise<void>): Promise<Outcome> {
    const failure = await work().then(
      () => undefined,
      (error: unknown) => error,
    );
    const at = this.#leaving === 0 ? this.#now() : this.#leaving;
    if (failure === undefined) return { acknowledged: this.#acknowledged, at, message: "" };
    if (!(failure instanceof BabaError)) throw failure;
    return { acknowledged: this.#acknowledged, error: failure.code, message: failure.message, at };
  }

  async #count(): Promise<void> {
    await this.#db.asyncSession(countUp);
    this.#acknowledged++;
  }

  /** Counts in a session that holds the lock: the retry after a conflict that it causes itself. */
  async #hold(go: () => Promise<void>): Promise<void> {
    let runs = 0;
    await this.#db.asyncSession(
      async (session) => {
        await countUp(session);
        if (runs++ === 0) return this.#count();
        say({ begun: true });
        await go();
        this.#leaving = this.#now();
      },
      { retries: 1 },
    );
    this.#acknowledged++;
  }
}

async function countUp(session: AsyncSession<typeof Tally>): Promise<void> {
  for (const name of TALLIES) {
    const tally = await session.get(name);
    await session.update({ count: (tally?.count ?? 0) + 1 }, name);
  }
}
