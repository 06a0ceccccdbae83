import { BabaError, ConflictError } from "../../errors.ts";
import { damageRecord } from "./damage.ts";
import { Handles, type SessionSubject } from "./handles.ts";
import { DEATH, type Life } from "./life.ts";
import { type ItemSession, perform, streamed } from "./perform.ts";
import {
  ACTORS,
  type Call,
  type Callback,
  type Damage,
  FILLED,
  FOLDERS,
  type Program,
  type Step,
  type Upkeep,
} from "./program.ts";
import {
  type Entry,
  type Interruption,
  type Origin,
  type Outcome,
  type Rerun,
  type Tended,
  type Trace,
  type Turnover,
  UNFINISHED,
  type Unit,
} from "./trace.ts";
import { tend } from "./upkeep.ts";

/** When something was done and what came of it. */
type Noted = Pick<Entry, "began" | "ended" | "outcome">;
type Begun = { readonly session: ItemSession; readonly unit: Unit; readonly life: Life };

/** What a callback throws to end in failure. */
const FAILURE = new Error("the callback fails");
const DIED: Outcome = { code: "DIED", error: DEATH };
const CONFLICT: Outcome = { code: "BABA_CONFLICT", error: undefined };
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
  readonly #upkeep: Tended[] = [];
  readonly #interruptions: Interruption[] = [];
  readonly #handles: Handles;
  readonly #actors: (Begun | undefined)[] = [];
  /** Each actor's stream, which it does not make other calls beside. */
  readonly #streams: (Promise<unknown> | undefined)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #moment = 0;

  constructor(program: Program, subject: SessionSubject) {
    this.#program = program;
    this.#subject = subject;
    this.#handles = new Handles(program, subject, () => this.#now());
    subject.watchEnds?.({ died: (process) => this.#died(process), cut: () => this.#cut() });
  }

  async fill(records: number): Promise<void> {
    // Before a store is sealed only a process without its key can commit.
    const begun = this.#begun(this.#program.protection === "converted" ? ACTORS.length - 1 : 0);
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
    if (step.kind === "damage") return this.#damage(step.damage);
    const work = this.#begunStep(step);
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
    if (step.isAwaited) await work;
  }

  #begunStep(step: Exclude<Step, { kind: "reopen" | "damage" }>): Promise<unknown> {
    if (step.kind === "upkeep") return this.#upkeepStep(ACTORS[step.actor] ?? 0, step.upkeep);
    return step.kind === "call" ? this.#call(step.actor, step.call) : this.#callback(step);
  }

  async end(): Promise<Trace> {
    await this.#closedAll();
    await this.#look();
    const [units, turnovers, reruns, upkeep] = [this.#units, this.#turnovers, this.#reruns, this.#upkeep];
    const { hasPauses = false } = this.#subject;
    const [{ admitted, skipped }, interruptions] = [this.#handles, this.#interruptions];
    return { units, turnovers, reruns, upkeep, admitted, skipped, interruptions, hasPauses, isSealed: false };
  }

  /** Reads everything as a new process does, but what was damaged; again in another if that is killed. */
  async #look(): Promise<void> {
    const { db, origin } = this.#handles.last();
    const begun = this.#begin(db.asyncSession(), origin);
    const how = {
      most: Number.POSITIVE_INFINITY,
      skips: this.#interruptions.some(({ damaged }) => damaged.size > 0),
      midway: undefined,
    };
    for (const folder of FOLDERS) await this.#make(begun, { kind: "stream", folder, ...how });
    await this.#make(begun, { kind: "commit" });
    const isClosed = await isSurvived(begun.life.during(db.close()));
    if (!isClosed) await this.#look();
  }

  /** Sessions and databases of a process end with it; whoever recovers what it left empties the journal. */
  #died(process: number): void {
    this.#handles.end(process);
    this.#anybodyTurns();
    this.#beginAnew((own) => this.#program.handles[own]?.process === process);
  }

  /** All processes end at once. */
  #cut(): void {
    this.#handles.endAll();
    this.#interruptions.push({ moment: this.#now(), isCut: true, damaged: new Map() });
    this.#beginAnew(() => true);
  }

  #beginAnew(isEnded: (handle: number) => boolean): void {
    for (const handle of this.#program.handles.keys()) if (isEnded(handle)) this.#handles.open(handle, true);
    for (const [actor, handle] of ACTORS.entries()) if (isEnded(handle)) this.#actors[actor] = undefined;
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
    return this.#outcomeOf(entry, life.during(work));
  }

  #noted(unit: Unit, call: Call): Entry {
    const entry: Entry = { call, ...this.#unfinished(), rows: [] };
    unit.entries.push(entry);
    return entry;
  }

  #unfinished(): Noted {
    return { began: this.#now(), ended: Number.POSITIVE_INFINITY, outcome: UNFINISHED };
  }

  #outcomeOf(noted: Noted, work: Promise<readonly string[]>): Promise<Outcome> {
    return work.then(
      (texts) => this.#ended(noted, { texts }),
      (error: unknown) => this.#ended(noted, failed(error)),
    );
  }

  #ended(noted: Noted, outcome: Outcome): Outcome {
    noted.ended = this.#now();
    noted.outcome = outcome;
    return outcome;
  }

  /**
   * Runs a callback in a session. A commit that follows the callback is noted as its own: whether a run met
   * a conflict shows when the next begins.
   */
  async #callback(step: Callback & Step): Promise<void> {
    const handle = ACTORS[step.actor] ?? 0;
    const { db, origin } = this.#handles.at(handle);
    const { retries, fails } = step;
    const rerun: Rerun = { ...origin, ...this.#unfinished(), retries, fails, units: [] };
    this.#reruns.push(rerun);
    let last: Entry | undefined;
    const run = async (session: ItemSession): Promise<void> => {
      if (last !== undefined) this.#ended(last, CONFLICT);
      last = undefined;
      const begun = this.#begin(session, origin);
      rerun.units.push(begun.unit);
      await this.#body(begun, step);
      if (begun.life.isOver) throw DEATH;
      last = this.#noted(begun.unit, { kind: "commit" });
    };
    const work = db.asyncSession(run, { retries }).then(() => []);
    await this.#outcomeOf(rerun, this.#handles.life(origin.process).during(work));
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

  /** Nothing is promised to others of a process that takes its own lock away while it commits. */
  async #upkeepStep(handle: number, upkeep: Upkeep): Promise<unknown> {
    const { process } = this.#handles.at(handle).origin;
    const isBusy = this.#units.some(
      (unit) => unit.process === process && unit.entries.some(({ outcome }) => outcome === UNFINISHED),
    );
    return upkeep === "forceUnlock" && isBusy ? undefined : this.#tend(handle, upkeep);
  }

  /** Does upkeep and notes it; never rejects. Most of it begins a journal anew. */
  #tend(handle: number, upkeep: Upkeep): Promise<Outcome> {
    const { db, origin } = this.#handles.at(handle);
    const tended: Tended = { ...origin, ...this.#unfinished(), upkeep };
    this.#upkeep.push(tended);
    if (upkeep === "forceUnlock") this.#anybodyTurns();
    else if (upkeep !== "verify") this.#turnovers.push(tended);
    return this.#outcomeOf(tended, this.#handles.life(origin.process).during(tend(db, upkeep)));
  }

  async #reopen(handle: number): Promise<void> {
    await this.#closed(handle);
    this.#handles.open(handle, true);
  }

  /** Closes a handle beside what still runs; its actors begin new sessions. */
  async #closed(handle: number): Promise<void> {
    for (const [actor, own] of ACTORS.entries()) {
      if (own !== handle) continue;
      await this.#streams[actor];
      this.#actors[actor] = undefined;
    }
    const turnover = this.#turnover(handle);
    await isSurvived(this.#handles.life(turnover.process).during(this.#handles.at(handle).db.close()));
    turnover.ended = this.#now();
  }

  async #closedAll(): Promise<void> {
    await Promise.all(this.#running);
    for (const handle of this.#program.handles.keys()) await this.#closed(handle);
  }

  /** Damages a record once everything is durably in place, and nobody remembers it. */
  async #damage(damage: Damage): Promise<void> {
    await this.#closedAll();
    const { db, origin } = this.#handles.last();
    const isInPlace = await isSurvived(
      this.#handles.life(origin.process).during(db.open().then(() => db.close())),
    );
    if (!isInPlace) return this.#damage(damage);
    const files = this.#handles.files();
    const isPlain = this.#program.protection === "none";
    const damaged = new Map(await damageRecord(files, damage, isPlain).finally(() => files.close()));
    this.#interruptions.push({ moment: this.#now(), isCut: false, damaged });
    this.#beginAnew(() => true);
  }

  #anybodyTurns(): void {
    this.#turnovers.push({ process: ANYBODY, began: this.#now(), ended: Number.POSITIVE_INFINITY });
  }

  #turnover(handle: number): Turnover {
    const { process } = this.#handles.at(handle).origin;
    const turnover = { process, began: this.#now(), ended: Number.POSITIVE_INFINITY };
    this.#turnovers.push(turnover);
    return turnover;
  }

  #begun(actor: number): Begun {
    const handle = ACTORS[actor] ?? 0;
    const { db, origin } = this.#handles.at(handle);
    const begun = this.#actors[actor] ?? this.#begin(db.asyncSession(), origin);
    this.#actors[actor] = begun;
    return begun;
  }

  #begin(session: ItemSession, origin: Origin): Begun {
    const unit = { ...origin, entries: [] };
    this.#units.push(unit);
    return { session, unit, life: this.#handles.life(origin.process) };
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
