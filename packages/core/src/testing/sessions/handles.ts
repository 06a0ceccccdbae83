import type { FileSystem } from "../../file-system/file-system.ts";
import type { Logger } from "../../log/log.ts";
import type { DatabaseContext } from "../../session/database/assemble.ts";
import { Database } from "../../session/database/database.ts";
import { Item } from "./items.ts";
import { Life } from "./life.ts";
import { type HandlePlan, type Program, UNLOCK } from "./program.ts";
import type { Origin, Skipped } from "./trace.ts";
import { type Admitted, Witness } from "./witness.ts";

/** A folder that programs are played on, from processes with numbers of their own. */
export type SessionSubject = {
  readonly directory: string;
  /** What the databases of a process are built on. */
  context(process: number): DatabaseContext;
  /** Whether processes may be paused: then the write lock may stay taken for longer than others wait. */
  readonly hasPauses?: boolean;
  /** Tells of the ends of processes. */
  readonly watchEnds?: (ends: Ends) => void;
  /** Puts something in the place of a database. */
  readonly changed?: (db: Database<typeof Item>) => Database<typeof Item>;
  /** The directory behind the databases' backs; by default, as a process of its own has it. */
  readonly files?: () => FileSystem;
};

export type Ends = {
  /** To be called when a process was killed and another has begun in its place. */
  died(process: number): void;
  /** To be called when the power was cut, and other processes have begun in the place of all. */
  cut(): void;
};

/** A database of a program. */
export type Handle = { readonly db: Database<typeof Item>; readonly origin: Origin };

/** The process that looks at what the others have left. */
const LAST_PROCESS = 9;

/** Tells of a record that a read has left out. */
const SKIPPED = /Skipped a record .*?BABA_\w+: (.+?\.baba)/u;

/** The databases of a program, and the processes that they are in. */
export class Handles {
  /** What the logs say was left out. */
  readonly skipped: Skipped[] = [];
  readonly #program: Program;
  readonly #subject: SessionSubject;
  readonly #now: () => number;
  readonly #witness: Witness;
  readonly #lives = new Map<number, Life>();
  readonly #handles: Handle[] = [];

  /** Makes them all; `now` gives the moments of the trace. */
  constructor(program: Program, subject: SessionSubject, now: () => number) {
    this.#program = program;
    this.#subject = subject;
    this.#now = now;
    this.#witness = new Witness(now);
    for (const handle of program.handles.keys()) this.open(handle, false);
  }

  /** All commits so far, in their order. */
  get admitted(): readonly Admitted[] {
    return this.#witness.admitted;
  }

  at(handle: number): Handle {
    const opened = this.#handles[handle];
    if (opened === undefined) throw new RangeError("the program has no such handle");
    return opened;
  }

  /** Makes a database in place of the former one, which has been closed or has ended. */
  open(handle: number, isAgain: boolean): void {
    const plan = this.#plan(handle);
    const { process } = plan;
    const isKeyless = this.#program.protection === "converted" && process > 0 && !isAgain;
    const others = this.#handles.filter(
      ({ origin }, other) => other !== handle && origin.process === process,
    );
    const earliest = Math.min(this.#now(), ...others.map(({ origin }) => origin.opened));
    const opened = Math.max(earliest, this.life(process).began);
    this.#handles[handle] = this.#opened({ process, opened, isKeyless, isDurable: isDurable(plan) }, plan);
  }

  /** One of a process that has not been there before. */
  last(): Handle {
    const plan = this.#plan(0);
    const is = { process: LAST_PROCESS, isKeyless: false, isDurable: isDurable(plan) };
    return this.#opened({ ...is, opened: this.#now() }, plan);
  }

  files(): FileSystem {
    const { directory, context, files } = this.#subject;
    return files?.() ?? context(LAST_PROCESS).runtime.fileSystem(directory);
  }

  /** The present life of a process. */
  life(process: number): Life {
    const life = this.#lives.get(process) ?? new Life(this.#now());
    this.#lives.set(process, life);
    return life;
  }

  /** The process is no more. */
  end(process: number): void {
    this.#lives.get(process)?.end();
    this.#lives.delete(process);
  }

  /** No process is any more. */
  endAll(): void {
    for (const process of this.#lives.keys()) this.end(process);
  }

  #opened(origin: Origin, { settle, durability }: HandlePlan): Handle {
    const { process, isKeyless } = origin;
    const { directory, context, changed = (db) => db } = this.#subject;
    const unlock = isKeyless ? UNLOCK.none : UNLOCK[this.#program.protection];
    const options = {
      ...unlock,
      directory,
      settle,
      durability,
      logging: this.#logger(process),
      logLevel: "error",
    } as const;
    return {
      db: changed(new Database(Item, options, this.#witness.watching(context(process), process))),
      origin,
    };
  }

  /** Notes what reads tell of the records that they leave out. */
  #logger(process: number): Logger {
    const ignore = () => undefined;
    const error = (line: string) => {
      const [, name] = SKIPPED.exec(line) ?? [];
      if (name !== undefined) this.skipped.push({ process, moment: this.#now(), name });
    };
    return { debug: ignore, info: ignore, warn: ignore, error };
  }

  #plan(handle: number): HandlePlan {
    const plan = this.#program.handles[handle];
    if (plan === undefined) throw new RangeError("the program has no such handle");
    return plan;
  }
}

/** Whether its acknowledged commits are to survive a power cut: a commit whose files are in place was synced. */
function isDurable({ settle, durability }: HandlePlan): boolean {
  return durability === "full" || settle === "commit";
}
