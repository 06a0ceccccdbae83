import { setImmediate } from "node:timers";
import { Worker } from "node:worker_threads";
import { errorOf } from "@baba/core/adapter";
import { jobs } from "./jobs.ts";
import { type Call, type Reply, unpackError } from "./wire.ts";
import { workerSource } from "./worker.generated.ts";

type Jobs = typeof jobs;
type Waiting = {
  readonly user: ThreadUser;
  readonly job: keyof Jobs;
  readonly input: readonly unknown[];
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
};
type Thread = { readonly worker: Worker; readonly pending: Map<number, Waiting>; ready: boolean };

/** Whoever has work for threads; warned once if there are none and it is done on the event loop. */
export type ThreadUser = { readonly warn: (message: string) => void };

/** Two saturate the kernel's file paths as far as measured; more only contend. */
const MOST_THREADS = 2;
/** One in progress and one queued, so that a thread never waits for the event loop. */
const DEPTH = 2;

/** Users that were warned, whether for reading or writing. */
const told = new WeakSet<ThreadUser>();

/**
 * The threads that do large batches of file work: started by the first batch, shared by all adapters of the
 * process, ended when the last adapter that used them closes. Idle ones do not keep the process alive; a job
 * in flight does.
 */
export class Threads {
  readonly #source: string;
  readonly #most: number;
  readonly #threads = new Set<Thread>();
  readonly #users = new Set<ThreadUser>();
  /**
   * What one of these still asks for, as the rest of a batch that was half done, keeps no thread from ending.
   */
  readonly #released = new WeakSet<ThreadUser>();
  #queue: Waiting[] = [];
  #calls = 0;
  /** Why there are none. */
  #broken: string | undefined;

  constructor(source: string = workerSource, most: number = MOST_THREADS) {
    this.#source = source;
    this.#most = most;
  }

  /**
   * Runs a job in a thread; `transfer` lists buffers of the input to transfer instead of copying.
   *
   * @throws what the job throws, and `EIO` where its thread ended before it answered
   */
  run<K extends keyof Jobs>(
    user: ThreadUser,
    job: K,
    input: Parameters<Jobs[K]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<ReturnType<Jobs[K]>> {
    if (!this.#released.has(user)) this.#users.add(user);
    return new Promise((resolve, reject) => {
      const settle = resolve as (result: unknown) => void; // The thread ran this very job.
      this.#queue.push({ user, job, input, transfer, resolve: settle, reject });
      this.#dispatch();
    });
  }

  /** Notes that this adapter no longer needs threads; ends them if no other does. */
  async release(user: ThreadUser): Promise<void> {
    this.#released.add(user);
    if (this.#users.delete(user)) await this.#endUnused();
  }

  async #endUnused(): Promise<void> {
    if (this.#users.size > 0 || this.#queue.length > 0) return;
    const idle = [...this.#threads].filter((thread) => thread.pending.size === 0);
    for (const thread of idle) this.#threads.delete(thread);
    await Promise.all(idle.map((thread) => thread.worker.terminate()));
  }

  #dispatch(): void {
    if (this.#broken !== undefined) {
      this.#runWithoutThreads(this.#broken);
      return;
    }
    while (this.#queue.length > 0) {
      const thread = this.#leastBusy();
      if (thread === undefined) break;
      const waiting = this.#queue.shift();
      if (waiting !== undefined) this.#send(thread, waiting);
    }
    const starting = [...this.#threads].filter((thread) => !thread.ready).length;
    if (this.#queue.length > starting && this.#threads.size < this.#most) this.#start();
    this.#hold();
  }

  #leastBusy(): Thread | undefined {
    let best: Thread | undefined;
    for (const thread of this.#threads) {
      if (!thread.ready || thread.pending.size >= DEPTH) continue;
      if (best === undefined || thread.pending.size < best.pending.size) best = thread;
    }
    return best;
  }

  #send({ worker, pending }: Thread, waiting: Waiting): void {
    const id = this.#calls++;
    const { job, input, transfer } = waiting;
    worker.postMessage({ id, job, input } satisfies Call, transfer);
    pending.set(id, waiting);
  }

  #start(): void {
    try {
      // Without the process's flags and NODE_OPTIONS: a preloaded module has no business here.
      const worker = new Worker(this.#source, { eval: true, execArgv: [], env: {}, name: "baba files" });
      const thread: Thread = { worker, pending: new Map(), ready: false };
      this.#threads.add(thread);
      let cause: unknown;
      worker.on("message", (reply: Reply) => this.#receive(thread, reply));
      worker.on("error", (error) => {
        cause = error;
      });
      worker.on("exit", (status) => this.#lose(thread, cause ?? `status ${status}`));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #receive(thread: Thread, reply: Reply): void {
    if (reply.kind === "ready") {
      thread.ready = true;
    } else {
      const waiting = thread.pending.get(reply.id);
      thread.pending.delete(reply.id);
      if (reply.kind === "result") waiting?.resolve(reply.result);
      else waiting?.reject(unpackError(reply.error));
    }
    this.#dispatch();
    void this.#endUnused();
  }

  #lose(thread: Thread, cause: unknown): void {
    if (!this.#threads.delete(thread)) return;
    for (const { job, reject } of thread.pending.values()) {
      const message = `EIO: a thread ended during "${job}"; how much of it was done is not known`;
      reject(Object.assign(new Error(message, { cause }), { code: "EIO" }));
    }
    if (thread.ready) this.#dispatch();
    else this.#giveUp(cause);
  }

  #giveUp(cause: unknown): void {
    this.#broken ??= errorOf(cause).message;
    this.#runWithoutThreads(this.#broken);
  }

  #runWithoutThreads(reason: string): void {
    for (const { user, job, input, resolve, reject } of this.#queue) {
      this.#tell(user, reason);
      setImmediate(() => {
        try {
          resolve(Reflect.apply(jobs[job], undefined, input));
        } catch (error) {
          reject(errorOf(error));
        }
      });
    }
    this.#queue = [];
  }

  #tell(user: ThreadUser, reason: string): void {
    if (told.has(user)) return;
    told.add(user);
    user.warn(
      `Large batches of file work will block the event loop, because no thread can be started: ${reason}`,
    );
  }

  /** Keeps the process alive only while threads owe an answer. */
  #hold(): void {
    for (const thread of this.#threads) {
      const owes = thread.pending.size > 0 || (!thread.ready && this.#queue.length > 0);
      if (owes) thread.worker.ref();
      else thread.worker.unref();
    }
  }
}

/** The process's threads for reading. */
export const threads: Threads = new Threads();
/**
 * The thread that changes files and names: the kernel changes a folder one at a time, and two threads
 * contending take longer than one.
 */
export const writers: Threads = new Threads(workerSource, 1);
