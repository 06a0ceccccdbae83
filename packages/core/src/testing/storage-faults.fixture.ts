import type { Content, Transaction } from "../storage/storage.ts";
import { COMMIT_FAULTS } from "./storage-faults-commits.fixture.ts";
import { fail, reading, type StorageFaults } from "./storage-faults-steps.fixture.ts";

const MOVES = "puts and deletes records of several folders";
const ORDER = "list() orders names";
const STAMPS = "stamp() stays while nothing is committed";
const UNREADABLE = "puts an error in the place";

const READ_FAULTS: StorageFaults = {
  "open() fails the second time": [
    "open() is idempotent",
    (sound) => {
      let opened = 0;
      return { open: async () => (opened++ === 0 ? sound.open() : fail()) };
    },
  ],
  "read() gives empty bytes for no record": [
    "read() gives undefined for no record",
    (sound) => reading(sound, (contents) => contents.map((content) => content ?? new Uint8Array())),
  ],
  "read() loses the order": [MOVES, (sound) => reading(sound, (contents) => [...contents].reverse())],
  "read() throws one record's error for all": [
    UNREADABLE,
    (sound) =>
      reading(sound, (contents) => {
        for (const content of contents) if (content instanceof Error) throw content;
        return contents;
      }),
  ],
  "read() takes what it cannot read for absent": [
    UNREADABLE,
    (sound) =>
      reading(sound, (contents) =>
        contents.map((content) => (content instanceof Error ? undefined : content)),
      ),
  ],
  "read() remembers what another storage changed since": [
    "shows another storage's commit",
    (sound) => {
      const seen = new Map<string, Content>();
      return {
        read: async (names) => {
          const fresh = names.filter((name) => !seen.has(name));
          const contents = await sound.read(fresh);
          for (const [i, name] of fresh.entries()) seen.set(name, contents[i]);
          return names.map((name) => seen.get(name));
        },
        commit: async (transaction) => {
          for (const name of transaction.changes.keys()) seen.delete(name);
          await sound.commit(transaction);
        },
      };
    },
  ],
  "exist() takes what cannot be read for absent": [
    UNREADABLE,
    (sound) => ({
      exist: async (names) => (await sound.read(names)).map((content) => content instanceof Uint8Array),
    }),
  ],
  "exist() answers for the first name alone": [
    MOVES,
    (sound) => ({
      exist: async (names) => {
        const [first = false] = await sound.exist(names);
        return names.map(() => first);
      },
    }),
  ],
  "list() orders names by UTF-16 units": [
    ORDER,
    (sound) => ({ list: async (folder) => (await sound.list(folder)).sort() }),
  ],
  "list() orders names as a person would": [
    ORDER,
    (sound) => ({ list: async (folder) => (await sound.list(folder)).sort((a, b) => a.localeCompare(b)) }),
  ],
  "list() mixes a folder with its subfolders": [
    ORDER,
    (sound) => ({ list: async (folder) => [...(await sound.list(folder)), ...(await sound.list("sub"))] }),
  ],
  "list() fails for no folder": [
    "read() gives undefined for no record",
    (sound) => ({ list: async (folder) => (folder.startsWith("no/") ? fail() : sound.list(folder)) }),
  ],
  "count() counts the subfolders' records too": [
    ORDER,
    (sound) => ({ count: async (folder) => (await sound.count(folder)) + (folder === "." ? 1 : 0) }),
  ],
  "stamp() is the same for ever": [STAMPS, () => ({ stamp: async () => "the same" })],
  "stamp() is another each time": [
    STAMPS,
    () => {
      let count = 0;
      return { stamp: async () => String(count++) };
    },
  ],
  "stamp() counts this storage's commits alone": [
    STAMPS,
    (sound) => {
      let commits = 0;
      const commit = async (transaction: Transaction) => {
        await sound.commit(transaction);
        commits++;
      };
      return { stamp: async () => String(commits), commit };
    },
  ],
  "stamp() is of the folder's records alone": [
    STAMPS,
    (sound) => ({ stamp: async (folder) => String(await sound.read(await sound.list(folder))) }),
  ],
  "head() stays": ["head() grows with each commit", () => ({ head: async () => 0 })],
  "head() grows by itself": [
    "head() grows with each commit",
    (sound) => {
      let asked = 0;
      return { head: async () => (await sound.head()) + asked++ };
    },
  ],
};

const LOCK_FAULTS: StorageFaults = {
  "hold() holds nothing": [
    "keeps every other commit waiting",
    (sound) => ({
      hold: async () => ({ mustHold: async () => undefined, release: async () => undefined }),
      commit: ({ hold: _, ...transaction }) => sound.commit(transaction),
    }),
  ],
  "hold() holds back this storage's commits alone": [
    "keeps every other commit waiting",
    (sound) => {
      let turn = Promise.resolve();
      return {
        hold: async () => {
          let release = (): void => undefined;
          turn = new Promise((resolve) => {
            release = resolve;
          });
          return { mustHold: async () => undefined, release: async () => release() };
        },
        commit: async ({ hold, ...transaction }) => {
          if (hold === undefined) await turn;
          await sound.commit(transaction);
        },
      };
    },
  ],
  "release() of a hold fails the second time": [
    "refuses a hold that was released",
    (sound) => ({
      hold: async () => {
        const hold = await sound.hold();
        let released = 0;
        return {
          mustHold: () => hold.mustHold(),
          release: async () => (released++ === 0 ? hold.release() : fail()),
        };
      },
    }),
  ],
  "mustHold() of a hold never fails": [
    "mustHold() of a hold fails once the lock was taken",
    (sound) => ({
      hold: async () => {
        const hold = await sound.hold();
        return { mustHold: async () => undefined, release: () => hold.release() };
      },
    }),
  ],
  "forceUnlock() leaves the lock": [
    "mustHold() of a hold fails once the lock was taken",
    () => ({ forceUnlock: async () => undefined }),
  ],
  "commit() takes a hold that was released": [
    "refuses a hold that was released",
    (sound) => ({ commit: ({ hold: _, ...transaction }) => sound.commit(transaction) }),
  ],
};

const END_FAULTS: StorageFaults = {
  "close() fails the second time": [
    "close() is idempotent",
    (sound) => {
      let closed = 0;
      return { close: async () => (closed++ === 0 ? sound.close() : fail()) };
    },
  ],
  "close() loses the newest commit": [
    "close() is idempotent",
    (sound) => {
      let newest: Transaction | undefined;
      return {
        commit: async (transaction) => {
          const earlier = newest;
          newest = transaction;
          if (earlier !== undefined) await sound.commit(earlier);
        },
      };
    },
  ],
  "commit() after close() seems to succeed": [
    "after close() is refused",
    (sound) => ({ commit: (transaction) => sound.commit(transaction).catch(() => undefined) }),
  ],
};

/** The faults of every method. */
export const STORAGE_FAULTS: StorageFaults = {
  ...READ_FAULTS,
  ...COMMIT_FAULTS,
  ...LOCK_FAULTS,
  ...END_FAULTS,
};
