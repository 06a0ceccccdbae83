// Mutants of the commit protocol: each removes one safeguard, which some test must notice (kill-mutants.mjs).

/**
 * A change of the source that removes a safeguard.
 *
 * @typedef {{ name: string, file: string, find: string, replace: string }} Mutant
 */

/** @type {readonly Mutant[]} */
export const MUTANTS = [
  {
    name: "the journal is not synced",
    file: "journal/journal.ts",
    find: "await synced(() => this.#files.sync([segmentPath(position.header.number)]));",
    replace: "",
  },
  {
    name: "a new segment is not synced before its link",
    file: "journal/journal.ts",
    find: "await this.#files.sync([temporary]);",
    replace: "",
  },
  {
    name: "the journal's folder is not synced after the link",
    file: "journal/journal.ts",
    find: "await synced(() => this.#files.syncFolders([JOURNAL_FOLDER]));",
    replace: "",
  },
  {
    name: "the store's folder is not synced",
    file: "store-folder.ts",
    find: "await files.syncFolders(folders);",
    replace: "",
  },
  {
    name: "what a failed sync of the store's folder gave up is not written again",
    file: "store-folder.ts",
    find: "if (!isKnown) await rewriteFolders(files, folders, ownerPath(token));",
    replace: "",
  },
  {
    name: "record files are not synced before a checkpoint",
    file: "commit/checkpoint.ts",
    find: "await files.sync(present);",
    replace: "",
  },
  {
    name: "record folders are not synced before a checkpoint",
    file: "commit/checkpoint.ts",
    find: "await files.syncFolders(folders);",
    replace: "",
  },
  {
    name: "what a failed sync of a folder gave up is not written again",
    file: "commit/checkpoint.ts",
    find: "await rewriteFolders(files, folders, source);",
    replace: "",
  },
  {
    name: "a checkpoint that fails behind its segment is taken for one of later commits",
    file: "commit/commit-engine.ts",
    find: "await this.#journal.restart().finally(() => this.#replay.noteCheckpoint());",
    replace: "await this.#journal.restart(); this.#replay.noteCheckpoint();",
  },
  {
    name: "files are put in place before the journal is durable",
    file: "commit/commit-engine.ts",
    find: "await syncing.finally(() => staging);",
    replace: "await staging;",
  },
  {
    name: "a new segment says nothing of the checkpoint",
    file: "journal/journal.ts",
    find: "...given, // last: spread first, it takes V8 as long as a system call",
    replace: "...given,\n      checkpoint: 0,",
  },
  {
    name: "segments are removed newest first",
    file: "journal/journal.ts",
    find: "numbers.sort((a, b) => a - b).map(",
    replace: "numbers.sort((a, b) => b - a).map(",
  },
  {
    name: "the segment before is forgotten before the new one stands",
    file: "journal/journal.ts",
    find: "    await this.#startSegment(this.sequence, []);\n    await this.#removeUntil(last);",
    replace: "    await this.#removeUntil(last);\n    await this.#startSegment(this.sequence, []);",
  },
  {
    name: "a frame's checksum is not looked at",
    file: "journal/frame.ts",
    find: "if (view.getBigUint64(end - 16) !== next || view.getBigUint64(end - 8) !== TRAILER_END) {",
    replace: "if (false) {",
  },
  {
    name: "a frame's header is not checked",
    file: "journal/frame.ts",
    find: "view.getBigUint64(offset + 28) === xxh64(segment.subarray(offset, offset + 28), seed)",
    replace: "true",
  },
  {
    name: "a segment's header is not checked",
    file: "journal/segment.ts",
    find: "if (view.getBigUint64(CHECKSUM_AT) !== xxh64(bytes.subarray(0, CHECKSUM_AT), 0n)) return undefined;",
    replace: "",
  },
  {
    name: "a sealed segment's header is not authenticated",
    file: "journal/read-journal.ts",
    find: "if (seal !== undefined && !isSealedBy(bytes, seal))",
    replace: "if (seal !== undefined && !isSealedBy)",
  },
  {
    name: "sealed frames are not bound to their segment",
    file: "journal/frame.ts",
    find: "  bytes.set(tag);\n",
    replace: "",
  },
  {
    name: "a new key file is not synced",
    file: "../crypto/key-file.ts",
    find: "    await files.sync([temporary]);\n",
    replace: "",
  },
  {
    name: "the key file's folder is not synced",
    file: "../crypto/key-file.ts",
    find: "    const created = await files.link(temporary, KEY_FILE);\n    await files.syncFolders([STORE_FOLDER]);",
    replace: "    const created = await files.link(temporary, KEY_FILE);",
  },
  {
    name: "damage is taken for an unfinished write",
    file: "journal/read-journal.ts",
    find: 'const lost = parsed.state === "damaged" || limit !== undefined;',
    replace: "const lost = limit !== undefined;",
  },
  {
    name: "a lost frame is not missed when a later one tells of it",
    file: "journal/read-journal.ts",
    find: "if (lost || attestsSync(segment, position.offset, position.sequence + 1, position.seed)) {",
    replace: "if (lost) {",
  },
  {
    name: "a pin counts marks that are not synced",
    file: "journal/journal.ts",
    find: "const pin = trail.findLast(({ sequence }) => sequence <= given.base);",
    replace: "const pin = position && { end: position.offset, chain: position.chain };",
  },
  {
    name: "commits that nobody has said are synced are not written anew",
    file: "journal/journal.ts",
    find: "const { unconfirmed } = this.#cursor;",
    replace: "const unconfirmed: JournalCommit[] = [];",
  },
  {
    name: "the link to a segment is no compare-and-swap",
    file: "journal/journal.ts",
    find: "this.#files.link(temporary, segmentPath(number)).catch(",
    replace: "this.#files.rename([{ from: temporary, to: segmentPath(number) }]).then(() => true).catch(",
  },
  {
    name: "a lost lock is not noticed",
    file: "lock/lock-tenure.ts",
    find: "if (!(await this.#lock.isHeld().catch(lockLost))) lockLost();",
    replace: "",
  },
  {
    name: "a living owner's lock is broken",
    file: "lock/write-lock.ts",
    find: "if (await this.#lives(owner)) return false;",
    replace: "",
  },
  {
    name: "the right to break a lock is not asked for",
    file: "lock/write-lock.ts",
    find: "if (!(await this.#gainsRight(owner))) return false;",
    replace: "",
  },
  {
    name: "a lock is removed without a second look",
    file: "lock/write-lock.ts",
    find: "if ((await this.#read(LOCK_FILE))?.token !== owner.token) return true;",
    replace: "",
  },
  {
    name: "the owner's file is not synced",
    file: "lock/write-lock.ts",
    find: "await this.#files.sync([this.ownFile]);",
    replace: "",
  },
  {
    name: "a lock is kept although another waits for it",
    file: "lock/lock-tenure.ts",
    find: "if (!(await this.#lock.isWanted().catch(() => true))) return this.#inSeries;",
    replace: "return true;",
  },
  {
    name: "one that waits for a lock does not say so",
    file: "lock/write-lock.ts",
    find: "await this.#files.link(this.ownFile, WANTED_FILE);",
    replace: "",
  },
  {
    name: "commits go on where files cannot be put in place",
    file: "commit/settling.ts",
    find: "      this.#failure = error;\n",
    replace: "",
  },
  {
    name: "a kept lock is never given back",
    file: "commit/lock-return.ts",
    find: "if (engine.restsAt === before) await this.#tryAgain(engine, tries);",
    replace: "if (engine.restsAt === before) tries = TRIES;",
  },
  {
    name: "a kept lock is trusted after a pause",
    file: "lock/lock-tenure.ts",
    find: " && !(this.#resting && this.#runtime.elapsed() - this.#ended > LONGEST_REST)",
    replace: "",
  },
  {
    name: "a kept lock is still used after it was taken away by this handle",
    file: "lock/lock-tenure.ts",
    find: "if (this.#resting) this.#exclusive = false;",
    replace: "",
  },
  {
    name: "staged text is taken for another payload's",
    file: "records/staging.ts",
    find: "staged.payload === payload ? staged.from : undefined",
    replace: "staged.from",
  },
  {
    name: "what was staged is put in place before the sync ends",
    file: "commit/commit-engine.ts",
    find: "const staging = this.needsSettling ? undefined : this.#placer.stage(batch);",
    replace:
      "const staging = this.#placer.stage(batch).then(() => this.#placer.place(batch.flatMap((some) => [...some])));",
  },
  {
    name: "conflicts are not looked for",
    file: "commit/commit-engine.ts",
    find: "if (basis !== undefined) this.#replay.history.judge(basis, changes, namesIn(accepted));",
    replace: "",
  },
  {
    name: "what a reading of the journal had passed before it failed is forgotten",
    file: "journal/journal.ts",
    find: "return this.#cursor.follow();",
    replace: "return this.#cursor.follow().catch((error) => { this.#cursor.markTaken(); throw error; });",
  },
  {
    name: "the journal is not followed under the lock",
    file: "commit/commit-engine.ts",
    find: "      await this.#replay.catchUp(this.#breathe);\n      if (this.tenure",
    replace:
      "      if (this.#replay.newest === 0) await this.#replay.catchUp(this.#breathe);\n      if (this.tenure",
  },
  {
    name: "a holder whose lock was taken away is not fenced off",
    file: "commit/commit-engine.ts",
    find: "await this.#poison.guard(() => this.#journal.fence());",
    replace: "",
  },
  {
    name: "marks are believed after a power cut",
    file: "commit/replay.ts",
    find: "if (lives !== true || hasEnded) this.#journal.distrust();",
    replace: "",
  },
  {
    name: "marks of a writer that cannot be judged are believed",
    file: "commit/replay.ts",
    find: "if (lives !== true || hasEnded) this.#journal.distrust();",
    replace: "if (lives === false || hasEnded) this.#journal.distrust();",
  },
  {
    name: "what a failed sync of record files lost is not written anew",
    file: "commit/commit-engine.ts",
    find: "await this.#journal.revoke().catch(() => undefined);",
    replace: "",
  },
  {
    name: "a failed sync does not poison the handle",
    file: "commit/poison.ts",
    find: "if (error instanceof CommitUnknownError) this.#cause = error;",
    replace: "",
  },
  {
    name: "a failed write is not taken back",
    file: "journal/journal.ts",
    find: "      await this.#unwrite(position, error);\n",
    replace: "",
  },
  {
    name: "after a failed write, frames follow it",
    file: "journal/journal.ts",
    find: "      this.#dirty = position.header.number;\n",
    replace: "",
  },
  {
    name: "records are written in place, without a rename",
    file: "records/record-placer.ts",
    find: "    await this.#move(moves);\n  }\n\n  async #remove",
    replace:
      "    await discard(this.#files, moves.map(({ from }) => from));\n    await this.#files.remove(moves.map(({ to }) => to));\n    await this.#files.create(texts.map(({ name, bytes }) => ({ path: name, bytes })));\n  }\n\n  async #remove",
  },
  {
    name: "another's segment that is gone has nothing new",
    file: "journal/cursor.ts",
    find: "if (tail === undefined) return this.#load();",
    replace: "if (tail === undefined) return false;",
  },
  {
    name: "one's own segment is not looked for",
    file: "journal/cursor.ts",
    find: "if (stands === undefined && this.isOwn) return this.#load();",
    replace: "",
  },
  {
    name: "a commit that is put in place later does not wait for its sync",
    file: "commit/commit-engine.ts",
    find: "await syncing.finally(() => checking);",
    replace: "await checking;",
  },
  {
    name: "a commit that is put in place later does not ask for the lock",
    file: "commit/commit-engine.ts",
    find: "const checking = this.tenure.mustHaveHeld();",
    replace: "const checking = Promise.resolve();",
  },
  {
    name: "what a closed storage of a living process could not place is left alone",
    file: "commit/replay.ts",
    find: "return kind === undefined;",
    replace: "return false;",
  },
  {
    name: "commits are accepted behind those of others that cannot be placed",
    file: "commit/commit-engine.ts",
    find: " || (placing && this.#replay.inherits)",
    replace: "",
  },
  {
    name: "a poisoned handle goes on within a hold",
    file: "commit/poison.ts",
    find: "this.mustBeSound();\n    try {",
    replace: "try {",
  },
  {
    name: "what a closed storage of a living process has placed counts as durable",
    file: "commit/replay.ts",
    find: "this.#journal.checkpoint === this.#journal.sequence",
    replace: "this.#journal.placed === this.#journal.sequence",
  },
  {
    name: "marks of a closed storage of a living process are trusted",
    file: "commit/replay.ts",
    find: "if (lives !== true || hasEnded) ",
    replace: "if (lives !== true) ",
  },
  {
    name: "what the lock's former holder is about to rename is left to it",
    file: "commit/commit-engine.ts",
    find: "await removeUnplaced(this.#context.files);",
    replace: "",
  },
  {
    name: "files are renamed into place without a look at the lock",
    file: "records/record-placer.ts",
    find: "      .then(() => this.#mustHold())\n",
    replace: "",
  },
  {
    name: "deleted records are removed without a look at the lock",
    file: "records/record-placer.ts",
    find: "await this.#mustHold();\n    await this.#files.remove",
    replace: "await this.#files.remove",
  },
  {
    name: "forceUnlock() removes the lock instead of taking it over",
    file: "lock/write-lock.ts",
    find: "if (this.#taken) return this.#files.remove([LOCK_FILE]);",
    replace: "return this.#files.remove([LOCK_FILE]);",
  },
  {
    name: "a segment is linked without a look at the lock",
    file: "journal/journal.ts",
    find: "!(await this.#writer.isHeld()) || ",
    replace: "",
  },
  {
    name: "what a holder is about to rename is left to it if the process that forced its lock was killed",
    file: "lock/write-lock.ts",
    find: "await removeUnplaced(this.#files);",
    replace: "",
  },
];

/** Must not be caught: a test that fails anyway would catch every mutant. @type {Mutant} */
export const NO_MUTANT = {
  name: "nothing",
  file: "commit/checkpoint.ts",
  find: "await files.sync(present);",
  replace: "await files.sync(present);",
};
