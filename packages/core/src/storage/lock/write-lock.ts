import { LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { printable } from "../../printable.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import {
  BREAKS_FOLDER,
  LOCK_FILE,
  OWNERS_FOLDER,
  ownerPath,
  TEMPORARY_FOLDER,
  WANTED_FILE,
} from "../layout.ts";
import { createAnew, removeUnplaced } from "../temporary-files.ts";
import { jittered, LONGEST_PAUSE, LockFairness } from "./lock-fairness.ts";
import { endedOwners, type LockOwner, ownerLives } from "./lock-owner.ts";

/** How long to wait for a living owner, in milliseconds. */
export const LONGEST_WAIT: number = 10_000;
const FIRST_PAUSE = 1;
/** What a token may consist of: it becomes a file name. */
const TOKEN = /^[\w-]+$/;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** How to wait for a lock; `onlyOnce`: not again for an owner that was waited for in vain before. */
export type LockWait = { readonly onlyOnce: boolean };

/** How a lock is released: whether another was seen to wait for it. */
export type LockRelease = { readonly isWanted: boolean };

/**
 * The lock that one process at a time holds to write. `.baba/lock` is a hard link to its owner's file, and
 * only one process can create a link. It never expires: others wait for a living owner; a dead owner's lock
 * is removed by whoever creates the link `.baba/breaks/<its token>`, again only one process. So nobody can
 * remove a lock that another has just taken.
 */
export class WriteLock {
  readonly #files: FileSystem;
  readonly #runtime: Runtime;
  readonly #owner: LockOwner;
  readonly #fairness: LockFairness;
  /** The announcement, under way or done: `acquire` and `force` may ask for it at once. */
  #announced: Promise<void> | undefined;
  #taken = false;
  /** The token of an owner that kept the lock for the whole of a wait. */
  #waitedOut: string | undefined;
  /** Whether a lock that was taken was not there when it was to be released. */
  #missed = false;
  /** The rights to break locks that this owner has gained and neither used nor given back. */
  #rights: readonly string[] = [];

  constructor(files: FileSystem, runtime: Runtime, owner: LockOwner) {
    this.#files = files;
    this.#runtime = runtime;
    this.#owner = owner;
    this.#fairness = new LockFairness(files, runtime);
  }

  /** Whether this owner may have the lock: it was taken, and not released since. */
  get isTaken(): boolean {
    return this.#taken;
  }

  /** Creates the owner's file, by which others know that this process exists. Idempotent. */
  announce(): Promise<void> {
    this.#announced ??= this.#announce().catch(async (error: unknown) => {
      // Leftovers would be in the way of the next try.
      await this.#files.remove([this.ownFile]).catch(() => undefined);
      this.#announced = undefined;
      throw error;
    });
    return this.#announced;
  }

  async #announce(): Promise<void> {
    endedOwners.delete(this.#owner.token);
    const bytes = utf8.encode(`${this.#owner.token}\n${this.#owner.identity}\n`);
    await createAnew(this.#files, this.ownFile, () => this.#files.announce({ path: this.ownFile, bytes }));
    // A lock that survives a power cut must still name its owner, or nobody could tell that it is dead.
    await this.#files.sync([this.ownFile]);
  }

  /**
   * Takes the lock, waiting for a living owner.
   *
   * @throws {LockedError} naming the owner that kept it for the whole wait
   */
  async acquire(
    longestWait: number = LONGEST_WAIT,
    { onlyOnce }: LockWait = { onlyOnce: false },
  ): Promise<void> {
    await this.announce();
    await this.#fairness.giveWay();
    let start = this.#runtime.elapsed();
    let waitedFor: string | undefined;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      const owner = await this.#tryToTake();
      if (owner === "taken") break;
      if (owner === "free") {
        pause = FIRST_PAUSE;
        continue;
      }
      if (owner.token !== waitedFor) start = this.#runtime.elapsed();
      waitedFor = owner.token;
      const isStuck = onlyOnce && owner.token === this.#waitedOut;
      if (isStuck || this.#runtime.elapsed() - start >= longestWait) throw this.#givesUp(owner, longestWait);
      await this.#files.link(this.ownFile, WANTED_FILE);
      await this.#runtime.sleep(jittered(pause, this.#runtime));
    }
    this.#taken = true;
    this.#waitedOut = undefined;
    if (waitedFor !== undefined) await this.#fairness.forgetWanted();
  }

  /** Returns the living owner that has the lock; or `"free"` if it was released, or removed as a dead owner's. */
  async #tryToTake(): Promise<LockOwner | "taken" | "free"> {
    if (await this.#files.link(this.ownFile, LOCK_FILE)) return "taken";
    const owner = await this.#read(LOCK_FILE);
    // Left behind by a release that failed.
    if (owner?.token === this.#owner.token) return "taken";
    this.#fairness.noteOther();
    return owner === undefined || (await this.#removeIfDead(owner)) ? "free" : owner;
  }

  /** Whether the lock is still this owner's: a person may have removed it by force. */
  async isHeld(): Promise<boolean> {
    return (await this.#read(LOCK_FILE))?.token === this.#owner.token;
  }

  /** Whether another is waiting for the lock, or was when it ended. */
  isWanted(): Promise<boolean> {
    return this.#fairness.isWanted();
  }

  /** Releases the lock; `isWanted`: another waits, and must repeat its wish if it goes on waiting. */
  async release({ isWanted }: LockRelease = { isWanted: false }): Promise<void> {
    if (await this.isHeld()) await this.#files.remove(isWanted ? [WANTED_FILE, LOCK_FILE] : [LOCK_FILE]);
    else this.#missed ||= this.#taken;
    this.#taken = false;
    this.#fairness.noteRelease(isWanted);
  }

  /**
   * Takes the lock, whoever holds it, with no moment in between in which a third owner could commit. One that
   * this owner holds is removed: whatever goes on under it must notice.
   */
  async force(): Promise<void> {
    if (this.#taken) return this.#files.remove([LOCK_FILE]);
    const [kind] = await this.#files.kinds([LOCK_FILE]);
    if (kind === undefined) return;
    for (const folder of [OWNERS_FOLDER, TEMPORARY_FOLDER]) await this.#files.makeFolder(folder);
    await this.announce();
    const temporary = `${TEMPORARY_FOLDER}/${this.#owner.token}-lock`;
    await this.#files.link(this.ownFile, temporary);
    await this.#files.rename([{ from: temporary, to: LOCK_FILE }]);
    // It stays where the lock is this owner's already, left behind by a release that failed.
    await this.#files.remove([temporary]);
    this.#taken = true;
  }

  /**
   * Removes this owner's file and abandons a lock that could not be released, or a right that could not be given
   * back: the next owner in this process may take it. The lock can still be taken again.
   */
  async retire(): Promise<void> {
    if (this.#announced === undefined) return;
    const mayRemain = this.#taken || this.#missed || this.#rights.length > 0;
    this.#announced = undefined;
    this.#taken = false;
    endedOwners.add(this.#owner.token);
    await this.#files.remove([this.ownFile]);
    if (!mayRemain) endedOwners.delete(this.#owner.token);
  }

  /**
   * Removes the files of dead owners, and returns the tokens of the living. Needs the lock, so no dead owner
   * still has it; rights to break the lock of an owner without a file are useless too.
   */
  async removeDeadOwners(): Promise<Set<string>> {
    const entries = await this.#filesIn(OWNERS_FOLDER);
    const living = new Set([this.#owner.token]);
    const dead = new Set<string>();
    for (const name of entries) {
      const owner = await this.#read(ownerPath(name));
      if (owner === undefined) continue;
      if (await this.#lives({ ...owner, token: name })) living.add(name);
      else if (!living.has(name)) dead.add(name);
    }
    const [rights, listed] = [await this.#filesIn(BREAKS_FOLDER), new Set(entries)];
    const useless = rights.filter((token) => dead.has(token) || !listed.has(token));
    await this.#files.remove([
      ...[...dead].map(ownerPath),
      ...useless.map((token) => `${BREAKS_FOLDER}/${token}`),
    ]);
    return living;
  }

  /** The names of the files in a folder: sync tools and storage systems may create folders of their own. */
  async #filesIn(folder: string): Promise<string[]> {
    const entries = (await this.#files.list(folder)) ?? [];
    return entries.filter(({ kind }) => kind === "file").map(({ name }) => name);
  }

  /** Removes the lock of a dead owner; returns whether it was dead, so that a new try makes sense. */
  async #removeIfDead(owner: LockOwner): Promise<boolean> {
    if (await this.#lives(owner)) return false;
    if (!(await this.#gainsRight(owner))) return false;
    try {
      return await this.#useRight(owner);
    } catch (error) {
      await this.#giveBackRights().catch(() => undefined);
      throw error;
    }
  }

  async #useRight(owner: LockOwner): Promise<true> {
    // Only whoever may break it removes a dead owner's lock, so it is still the same lock here.
    if ((await this.#read(LOCK_FILE))?.token !== owner.token) return true;
    // It may have died after it took the lock from a living one by force.
    await removeUnplaced(this.#files);
    await this.#files.remove([LOCK_FILE]);
    this.#rights = [];
    return true;
  }

  /** Others wait for a living owner to use its rights, even if this one never tries again. */
  async #giveBackRights(): Promise<void> {
    await this.#files.remove(this.#rights);
    this.#rights = [];
  }

  /**
   * Gains the right to break a dead owner's lock if nobody has it, or a dead one whose lock this one may
   * break; returns whether it has. Owners that have passed make a circle, which no process can have made:
   * whose right it is cannot be known, so the lock counts as a living one's.
   */
  async #gainsRight(owner: LockOwner, passed: readonly string[] = []): Promise<boolean> {
    if (passed.includes(owner.token)) return false;
    const right = `${BREAKS_FOLDER}/${owner.token}`;
    if (await this.#files.link(this.ownFile, right)) {
      this.#rights = [...this.#rights, right];
      return true;
    }
    const breaker = await this.#read(right);
    if (breaker === undefined || breaker.token === this.#owner.token) return breaker !== undefined;
    return !(await this.#lives(breaker)) && this.#gainsRight(breaker, [...passed, owner.token]);
  }

  async #read(path: string): Promise<LockOwner | undefined> {
    const [bytes] = await this.#files.read([path]);
    if (bytes === undefined) return undefined;
    if (bytes instanceof Error) throw bytes;
    const [token = "", identity = ""] = text.decode(bytes).split("\n");
    // An invalid owner file says nothing, so the owner counts as living.
    return TOKEN.test(token) ? { token, identity } : { token: "", identity: "" };
  }

  /** An owner whose state is unknown counts as living. */
  async #lives(owner: LockOwner): Promise<boolean> {
    return (await ownerLives(this.#files, owner)) !== false;
  }

  /** The file that identifies this owner. */
  get ownFile(): string {
    return ownerPath(this.#owner.token);
  }

  #givesUp(owner: LockOwner, waited: number): LockedError {
    if (waited > 0) this.#waitedOut = owner.token;
    return this.#locked(owner, waited);
  }

  #locked({ identity }: LockOwner, waited: number): LockedError {
    const holds =
      waited === 0 ? "holds the write lock" : `has held the write lock for ${waited / 1000} seconds`;
    if (identity === this.#owner.identity) {
      return new LockedError(
        "This process itself, in another thread or another copy of this package, or one of its number in another container, " +
          `${holds}. Wait for it; if that thread was terminated, call db.forceUnlock().`,
      );
    }
    const who = identity === "" ? `${LOCK_FILE} does not say which` : printable(identity);
    return new LockedError(
      `Another process ${holds}, and is not known to have ended: ${who}. ` +
        "Wait for it or end it; if you know that it will not write again, call db.forceUnlock().",
    );
  }
}
