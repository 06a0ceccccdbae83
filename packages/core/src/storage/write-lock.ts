import { LockedError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { BREAKS_FOLDER, LOCK_FILE, OWNERS_FOLDER, ownerPath, WANTED_FILE } from "./layout.ts";
import { printable } from "./names.ts";

/** How long a living owner is waited for, in milliseconds. */
export const LONGEST_WAIT: number = 10_000;
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 50;
/** For how long an owner may be the next each time it gives the lock back, before it lets those in that wait. */
const LONGEST_LEAD = 100;
/** While it does, it looks so often whether one is in. */
const GIVEN_PAUSE = 5;
/** What a token may be made of: it becomes the name of a file. */
const TOKEN = /^[\w-]+$/;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Who wants the lock: a token that no other opened storage has, and the process. */
export type LockOwner = { readonly token: string; readonly identity: string };

/**
 * The lock that one process at a time holds to write. `.baba/lock` is a hard link to its owner's
 * file, and a link is made by one process alone. It is never taken on time: a living owner is waited
 * for; a dead one's lock is removed by whoever links `.baba/breaks/<its token>`, which again one process
 * alone does. So nobody can remove a lock that another has just taken.
 */
export class WriteLock {
  readonly #files: FileSystem;
  readonly #runtime: Runtime;
  readonly #owner: LockOwner;
  #announced = false;
  #taken = false;
  /** When this owner gave the lock back that it has taken again and again since, as far as it knows. */
  #aheadSince: number | undefined;
  /** When it gave the lock back last, and whether another waited then. */
  #releasedAt = 0;
  #wasWanted = false;

  constructor(files: FileSystem, runtime: Runtime, owner: LockOwner) {
    this.#files = files;
    this.#runtime = runtime;
    this.#owner = owner;
  }

  /** Whether the lock may be there in this owner's name: it was taken, and not given back since. */
  get isTaken(): boolean {
    return this.#taken;
  }

  /** Makes the owner's file, by which others know that this process is there. Idempotent. */
  async announce(): Promise<void> {
    if (this.#announced) return;
    const bytes = utf8.encode(`${this.#owner.token}\n${this.#owner.identity}\n`);
    try {
      await this.#files.announce({ path: this.ownFile, bytes });
      // A lock that survives a power cut must still name its owner, or nobody could tell that it is dead.
      await this.#files.sync([this.ownFile]);
    } catch (error) {
      // What is left of it would be in the way of the next try.
      await this.#files.remove([this.ownFile]).catch(() => undefined);
      throw error;
    }
    this.#announced = true;
  }

  /**
   * Takes the lock, waiting for a living owner.
   *
   * @throws {LockedError} naming the owner that kept it for the whole wait
   */
  async acquire(longestWait: number = LONGEST_WAIT): Promise<void> {
    await this.announce();
    await this.#giveWay();
    let start = this.#runtime.elapsed();
    let waitedFor: string | undefined;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      if (await this.#files.link(this.ownFile, LOCK_FILE)) break;
      const owner = await this.#read(LOCK_FILE);
      // A release that failed has left it in place.
      if (owner?.token === this.#owner.token) break;
      this.#aheadSince = undefined;
      if (owner === undefined || (await this.#removedDead(owner))) {
        pause = FIRST_PAUSE;
        continue;
      }
      if (owner.token !== waitedFor) start = this.#runtime.elapsed();
      waitedFor = owner.token;
      if (this.#runtime.elapsed() - start >= longestWait) throw this.#locked(owner, longestWait);
      await this.#files.link(this.ownFile, WANTED_FILE);
      await this.#runtime.sleep(this.#jitter(pause));
    }
    this.#taken = true;
    if (waitedFor !== undefined) await this.#forgetWanted();
  }

  /** Whether the lock is still this owner's: a person may have removed it by force. */
  async isHeld(): Promise<boolean> {
    return (await this.#read(LOCK_FILE))?.token === this.#owner.token;
  }

  /** Whether another waits for the lock, or did so at its owner's end. */
  async isWanted(): Promise<boolean> {
    const [kind] = await this.#files.kinds([WANTED_FILE]);
    return kind !== undefined;
  }

  /** Gives the lock back; `wanted` where that is because another waits, which has to say so again if it goes on waiting. */
  async release(wanted = false): Promise<void> {
    if (await this.isHeld()) await this.#files.remove(wanted ? [WANTED_FILE, LOCK_FILE] : [LOCK_FILE]);
    this.#taken = false;
    this.#releasedAt = this.#runtime.elapsed();
    this.#aheadSince ??= this.#releasedAt;
    this.#wasWanted = wanted;
  }

  /** Removes the lock, whoever holds it. */
  async force(): Promise<void> {
    await this.#files.remove([LOCK_FILE]);
  }

  /** Removes this owner's file, and gives up a lock that could not be given back; it can be taken again. */
  async retire(): Promise<void> {
    if (!this.#announced) return;
    this.#announced = false;
    this.#taken = false;
    await this.#files.remove([this.ownFile]);
  }

  /**
   * Lets another in that waits where this owner was ahead of it for too long: who waits looks now and then, and would not
   * find the lock free between commits that follow one another.
   */
  async #giveWay(): Promise<void> {
    const now = this.#runtime.elapsed();
    // Who waits has looked meanwhile, and found the lock free.
    if (now - this.#releasedAt >= LONGEST_PAUSE) this.#aheadSince = undefined;
    if (this.#aheadSince === undefined || now - this.#aheadSince < LONGEST_LEAD) return;
    this.#aheadSince = undefined;
    if (this.#wasWanted || (await this.isWanted())) await this.#letIn();
  }

  /** Who waits says so again; of one that waits no more nothing is left. Where it stays, a lock is given back once for nothing. */
  async #forgetWanted(): Promise<void> {
    await this.#files.remove([WANTED_FILE]).catch(() => undefined);
  }

  async #letIn(): Promise<void> {
    await this.#forgetWanted();
    for (let given = 0; given < 2 * LONGEST_PAUSE; ) {
      const pause = this.#jitter(GIVEN_PAUSE);
      await this.#runtime.sleep(pause);
      given += pause;
      const [kind] = await this.#files.kinds([LOCK_FILE]);
      if (kind !== undefined) return;
    }
  }

  /**
   * Removes the files of dead owners, and tells the tokens of the living. Needs the lock, which so is none of theirs any more:
   * nor is there use for a right to break the lock of one whose file has gone.
   */
  async removeDeadOwners(): Promise<Set<string>> {
    const entries = await this.#filesIn(OWNERS_FOLDER);
    const living = new Set([this.#owner.token]);
    const dead: string[] = [];
    for (const name of entries) {
      const owner = await this.#read(ownerPath(name));
      if (owner === undefined) continue;
      if (await this.#lives({ ...owner, token: name })) living.add(name);
      else if (!living.has(name)) dead.push(name);
    }
    const rights = await this.#filesIn(BREAKS_FOLDER);
    const useless = rights.filter((token) => dead.includes(token) || !entries.includes(token));
    await this.#files.remove([
      ...dead.map(ownerPath),
      ...useless.map((token) => `${BREAKS_FOLDER}/${token}`),
    ]);
    return living;
  }

  /** The names of the files in a folder: a synchronising or a storage system may make folders of its own anywhere. */
  async #filesIn(folder: string): Promise<string[]> {
    const entries = (await this.#files.list(folder)) ?? [];
    return entries.filter(({ kind }) => kind === "file").map(({ name }) => name);
  }

  /** Removes the lock of an owner that is dead; whether it was, so that a new try makes sense. */
  async #removedDead(owner: LockOwner): Promise<boolean> {
    if (await this.#lives(owner)) return false;
    if (!(await this.#mayBreak(owner))) return false;
    // Only the one who may break it removes the lock of a dead owner, so it is still the same here.
    if ((await this.#read(LOCK_FILE))?.token === owner.token) await this.#files.remove([LOCK_FILE]);
    return true;
  }

  /** Whether the right to break an owner's lock is this one's: nobody has it, or a dead one whose own right is. */
  async #mayBreak(owner: LockOwner): Promise<boolean> {
    const right = `${BREAKS_FOLDER}/${owner.token}`;
    if (await this.#files.link(this.ownFile, right)) return true;
    const breaker = await this.#read(right);
    if (breaker === undefined || breaker.token === this.#owner.token) return breaker !== undefined;
    return !(await this.#lives(breaker)) && this.#mayBreak(breaker);
  }

  async #read(path: string): Promise<LockOwner | undefined> {
    const [bytes] = await this.#files.read([path]);
    if (bytes === undefined) return undefined;
    if (bytes instanceof Error) throw bytes;
    const [token = "", identity = ""] = text.decode(bytes).split("\n");
    // Of one that is no owner nothing is known, so it counts as living.
    return TOKEN.test(token) ? { token, identity } : { token: "", identity: "" };
  }

  /** What cannot be judged may live. */
  async #lives({ identity, token }: LockOwner): Promise<boolean> {
    return (await this.#files.lives(identity, ownerPath(token))) !== false;
  }

  /** The file that says who this owner is. */
  get ownFile(): string {
    return ownerPath(this.#owner.token);
  }

  #jitter(pause: number): number {
    const [byte] = this.#runtime.random(new Uint8Array(1));
    return pause * (0.5 + Number(byte) / 512);
  }

  #locked({ identity }: LockOwner, waited: number): LockedError {
    const seconds = waited / 1000;
    if (identity === this.#owner.identity) {
      return new LockedError(
        `This very process has held the write lock for ${seconds} seconds, in another thread or by another copy of this package. ` +
          "Wait for it; where it was a thread that was terminated, call db.forceUnlock().",
      );
    }
    const who = identity === "" ? `${LOCK_FILE} does not say which` : printable(identity);
    return new LockedError(
      `Another process has held the write lock for ${seconds} seconds, and is not known to have ended: ${who}. ` +
        "Wait for it or end it; if you know that it will not write again, call db.forceUnlock().",
    );
  }
}
