import { BabaError, ConflictError } from "../../errors.ts";
import type { DatabaseContext } from "../../session/database/assemble.ts";
import { Database } from "../../session/database/database.ts";
import type { BabaOptions } from "../../session/options.ts";
import { Item } from "./items.ts";
import { DEATH, Life } from "./life.ts";
import { type ItemSession, perform, streamed } from "./perform.ts";
import { ACTORS, type Call, type Callback, FILLED, FOLDERS, type Program, type Step } from "./program.ts";
import {
  type Entry,
  type Outcome,
  type Rerun,
  type Trace,
  type Turnover,
  UNFINISHED,
  type Unit,
} from "./trace.ts";
import { Witness } from "./witness.ts";

/** A folder that programs are played on, from processes with numbers of their own. */
export type SessionSubject = {
  readonly directory: string;
  /** What the databases of a process are built on. */
  context(process: number): DatabaseContext;
  /** Whether processes may be paused: then the write lock may stay taken for longer than others wait. */
  readonly hasPauses?: boolean;
  /** Has `died` called when a process was killed and another has begun in its place. */
  readonly watchDeaths?: (died: (process: number) => void) => void;
  /** Puts something in the place of a database. */
  readonly changed?: (db: Database<typeof Item>) => Database<typeof Item>;
};

type Begun = { readonly session: ItemSession; readonly unit: Unit; readonly life: Life };

/** What a callback throws to end in failure. */
const FAILURE = new Error("the callback fails");
const DIED: Outcome = { code: "DIED", error: DEATH };
const CONFLICT: Outcome = { code: "BABA_CONFLICT", error: undefined };
/** The process that looks at what the others have left. */
const LAST_PROCESS = 9;
/** In place of the number of a process, for what any of them may do. */
const ANYBODY = -1;

/** Plays a program on an empty folder, closes everything, and reads all folders in a new process. */
export async function play(program: Program, subject: SessionSubject): Promise<Trace> {
  const player = new Player(program, subject);
  await player.fill(program.filled);
  for (const step of program.steps) await player.step(step);
  return player.end();
}

class Player {
  readonly #program: Program;
  readonly #subject: SessionSubject;
  readonly #units: Unit[] = [];
  readonly #turnovers: Turnover[] = [];
  readonly #reruns: Rerun[] = [];
  readonly #lives = new Map<number, Life>();
  readonly #handles: Database<typeof Item>[] = [];
  readonly #actors: (Begun | undefined)[] = [];
  /** Each actor's stream, which it does not make other calls beside. */
  readonly #streams: (Promise<unknown> | undefined)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #witness = new Witness(() => this.#now());
  #moment = 0;

  constructor(program: Program, subject: SessionSubject) {
    this.#program = program;
    this.#subject = subject;
    for (let i = 0; i < program.handles.length; i++) this.#handles[i] = this.#opened(i);
    subject.watchDeaths?.((process) => this.#died(process));
  }

  async fill(records: number): Promise<void> {
    const begun = this.#begun(0);
    for (let n = 0; n < records; n++) {
      const item = { id: n, n: -1 - n, team: n % 3, value: n % 5 };
      const name = `${FILLED}/f${String(n).padStart(3, "0")}.baba`;
      void this.#make(begun, { kind: "add", item, name });
    }
    await this.#make(begun, { kind: "commit" });
  }

  async step(step: Step): Promise<void> {
    await this.#streams[step.actor];
    if (step.kind === "reopen") return this.#reopen(ACTORS[step.actor] ?? 0);
    const work = step.kind === "call" ? this.#call(step.actor, step.call) : this.#callback(step);
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
    if (step.isAwaited) await work;
  }

  async end(): Promise<Trace> {
    await Promise.all(this.#running);
    for (const handle of this.#handles.keys()) await this.#closed(handle);
    await this.#look();
    const { admitted } = this.#witness;
    const { hasPauses = false } = this.#subject;
    return { units: this.#units, turnovers: this.#turnovers, reruns: this.#reruns, admitted, hasPauses };
  }

  /** Reads everything as a new process does; again in another if that is killed. */
  async #look(): Promise<void> {
    const db = this.#database(LAST_PROCESS, this.#options(0));
    const begun = this.#begin(db.asyncSession(), LAST_PROCESS);
    for (const folder of FOLDERS)
      await this.#make(begun, { kind: "stream", folder, most: Number.POSITIVE_INFINITY, midway: undefined });
    await this.#make(begun, { kind: "commit" });
    const isClosed = await isSurvived(begun.life.during(db.close()));
    if (!isClosed) await this.#look();
  }

  /** Sessions and databases of a process end with it; whoever recovers what it left empties the journal. */
  #died(process: number): void {
    this.#lives.get(process)?.end();
    this.#lives.delete(process);
    this.#turnovers.push({ process: ANYBODY, began: this.#now(), ended: Number.POSITIVE_INFINITY });
    for (const [handle, plan] of this.#program.handles.entries()) {
      if (plan.process !== process) continue;
      this.#handles[handle] = this.#opened(handle);
      for (const [actor, own] of ACTORS.entries()) if (own === handle) this.#actors[actor] = undefined;
    }
  }

  #life(process: number): Life {
    const life = this.#lives.get(process) ?? new Life();
    this.#lives.set(process, life);
    return life;
  }

  #call(actor: number, call: Call): Promise<unknown> {
    const work = this.#make(this.#begun(actor), call);
    if (call.kind === "stream") this.#streams[actor] = work;
    return work;
  }

  /** Makes a call and notes it; never rejects. */
  #make(begun: Begun, call: Call): Promise<Outcome> {
    const { session, unit, life } = begun;
    if (life.isOver) return Promise.resolve(DIED);
    const entry = this.#noted(unit, call);
    const context = { calls: () => unit.entries.length, make: (inner: Call) => this.#make(begun, inner) };
    const work =
      call.kind === "stream" ? streamed(session, call, entry.rows, context) : perform(session, call);
    return life.during(work).then(
      (texts) => this.#ended(entry, { texts }),
      (error: unknown) => this.#ended(entry, failed(error)),
    );
  }

  #noted(unit: Unit, call: Call): Entry {
    const entry = {
      call,
      began: this.#now(),
      ended: Number.POSITIVE_INFINITY,
      outcome: UNFINISHED,
      rows: [],
    };
    unit.entries.push(entry);
    return entry;
  }

  #ended(entry: Entry, outcome: Outcome): Outcome {
    entry.ended = this.#now();
    entry.outcome = outcome;
    return outcome;
  }

  /**
   * Runs a callback in a session. A commit that follows the callback is noted as its own: whether a run met
   * a conflict shows when the next begins.
   */
  async #callback(step: Callback & Step): Promise<void> {
    const handle = ACTORS[step.actor] ?? 0;
    const { process } = this.#plan(handle);
    const rerun: Rerun = { retries: step.retries, fails: step.fails, units: [], outcome: UNFINISHED };
    this.#reruns.push(rerun);
    let last: Entry | undefined;
    const run = async (session: ItemSession): Promise<void> => {
      if (last !== undefined) this.#ended(last, CONFLICT);
      last = undefined;
      const begun = this.#begin(session, process);
      rerun.units.push(begun.unit);
      await this.#body(begun, step);
      if (begun.life.isOver) throw DEATH;
      last = this.#noted(begun.unit, { kind: "commit" });
    };
    const work = this.#handle(handle).asyncSession(run, { retries: step.retries });
    rerun.outcome = await this.#life(process)
      .during(work)
      .then(() => ({ texts: [] }), failed);
    if (last !== undefined) this.#ended(last, rerun.outcome);
  }

  async #body(begun: Begun, { body, isExplicit, fails }: Callback): Promise<void> {
    for (const { call, isAwaited } of body) {
      const made = this.#make(begun, call);
      if (isAwaited || call.kind === "stream") await made;
    }
    if (fails) throw FAILURE;
    const outcome = isExplicit ? await this.#make(begun, { kind: "commit" }) : undefined;
    if (outcome !== undefined && "code" in outcome) throw outcome.error;
  }

  async #reopen(handle: number): Promise<void> {
    await this.#closed(handle);
    this.#handles[handle] = this.#opened(handle);
  }

  /** Closes a handle beside what still runs; its actors begin new sessions. */
  async #closed(handle: number): Promise<void> {
    for (const [actor, own] of ACTORS.entries()) {
      if (own !== handle) continue;
      await this.#streams[actor];
      this.#actors[actor] = undefined;
    }
    const turnover = this.#turnover(handle);
    await isSurvived(this.#life(turnover.process).during(this.#handle(handle).close()));
    turnover.ended = this.#now();
  }

  #turnover(handle: number): Turnover {
    const { process } = this.#plan(handle);
    const turnover = { process, began: this.#now(), ended: Number.POSITIVE_INFINITY };
    this.#turnovers.push(turnover);
    return turnover;
  }

  #opened(handle: number): Database<typeof Item> {
    return this.#database(this.#plan(handle).process, this.#options(handle));
  }

  #database(process: number, options: BabaOptions): Database<typeof Item> {
    const { directory, context, changed = (db) => db } = this.#subject;
    return changed(new Database(Item, { ...options, directory }, this.#witness.watching(context(process))));
  }

  #options(handle: number): BabaOptions {
    const { settle, durability } = this.#plan(handle);
    const options = { settle, durability, logging: false };
    return this.#program.isSealed ? { ...options, key: new Uint8Array(32).fill(3) } : options;
  }

  #begun(actor: number): Begun {
    const handle = ACTORS[actor] ?? 0;
    const begun =
      this.#actors[actor] ?? this.#begin(this.#handle(handle).asyncSession(), this.#plan(handle).process);
    this.#actors[actor] = begun;
    return begun;
  }

  #begin(session: ItemSession, process: number): Begun {
    const unit = { process, entries: [] };
    this.#units.push(unit);
    return { session, unit, life: this.#life(process) };
  }

  #plan(handle: number) {
    const plan = this.#program.handles[handle];
    if (plan === undefined) throw new RangeError("the program has no such handle");
    return plan;
  }

  #handle(handle: number): Database<typeof Item> {
    const db = this.#handles[handle];
    if (db === undefined) throw new RangeError("the program has no such handle");
    return db;
  }

  #now(): number {
    return ++this.#moment;
  }
}

/** Whether the work ended before its process did. */
function isSurvived(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    (error: unknown) => {
      if (error !== DEATH) throw error;
      return false;
    },
  );
}

function failed(error: unknown): Outcome {
  if (error === DEATH) return DIED;
  if (error === FAILURE) return { code: "FAILURE", error };
  if (error instanceof ConflictError) return { code: "BABA_CONFLICT", error };
  return { code: error instanceof BabaError ? error.code : String(error), error };
}
