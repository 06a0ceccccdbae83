import { ConflictError } from "../errors.ts";
import type { Basis, Changes, Content, Storage } from "../storage/storage.ts";
import { fail, reading, type StorageFaults } from "./storage-faults-steps.fixture.ts";

const MOVES = "puts and deletes records of several folders";
const PAYLOADS = "keeps payloads of every kind";
const CONFLICT = "refuses a basis whose record, folder or written name";

/** What commits put, and what they refuse. */
export const COMMIT_FAULTS: StorageFaults = {
  "commit() loses deletions": [MOVES, (sound) => changing(sound, (text) => text !== undefined)],
  "commit() loses the last of its changes": [
    MOVES,
    (sound) => ({
      commit: (transaction) =>
        sound.commit({ ...transaction, changes: new Map([...transaction.changes].slice(0, -1)) }),
    }),
  ],
  "commit() puts every record into one folder": [
    MOVES,
    (sound) =>
      changing(
        sound,
        () => true,
        (name) => name.replaceAll("/", "-"),
      ),
  ],
  "commit() puts one record after another": [
    "puts all changes as one",
    (sound) => ({
      commit: async ({ changes, ...rest }) => {
        for (const change of changes) await sound.commit({ ...rest, changes: new Map([change]) });
      },
    }),
  ],
  "commit() changes the bytes in the place they have": [
    "changes none of the bytes",
    (sound) => ({
      commit: async (transaction) => {
        await sound.commit(transaction);
        for (const bytes of transaction.changes.values()) bytes?.reverse();
      },
    }),
  ],
  "commit() takes an empty record for a deletion": [
    PAYLOADS,
    (sound) => changing(sound, (b) => b?.length !== 0),
  ],
  "commit() takes payloads for text": [
    PAYLOADS,
    (sound) => reading(sound, (contents) => contents.map((content) => asText(content))),
  ],
  "commit() cuts payloads off": [
    PAYLOADS,
    (sound) =>
      reading(sound, (contents) =>
        contents.map((content) => (content instanceof Uint8Array ? content.slice(0, 65_536) : content)),
      ),
  ],
  "commit() loses what need not be durable": [
    "of relaxed durability",
    (sound) => ({
      commit: async (transaction) => {
        if (transaction.durability === "full") await sound.commit(transaction);
      },
    }),
  ],
  "commit() ignores the basis": [CONFLICT, (sound) => believing(sound, () => undefined)],
  "commit() ignores the records of a basis": [
    CONFLICT,
    (sound) => believing(sound, (basis) => ({ ...basis, records: new Set() })),
  ],
  "commit() ignores the folders of a basis": [
    CONFLICT,
    (sound) => believing(sound, (basis) => ({ ...basis, folders: new Set() })),
  ],
  "commit() ignores what it writes itself": [
    CONFLICT,
    (sound) =>
      believing(sound, (basis) => (basis.records.size + basis.folders.size === 0 ? undefined : basis)),
  ],
  "commit() ignores the basis if it changes nothing": [
    CONFLICT,
    (sound) => ({
      commit: async (transaction) => {
        if (transaction.changes.size > 0) await sound.commit(transaction);
      },
    }),
  ],
  "commit() refuses every basis that is not the newest": [
    CONFLICT,
    (sound) => ({
      commit: async (transaction) => {
        const { basis } = transaction;
        if (basis !== undefined && basis.head < (await sound.head())) throw new ConflictError("stale");
        await sound.commit(transaction);
      },
    }),
  ],
  "commit() writes what it refuses": [
    CONFLICT,
    (sound) => ({
      commit: async (transaction) => {
        try {
          await sound.commit(transaction);
        } catch (error) {
          await sound.commit({ ...transaction, basis: undefined });
          throw error;
        }
      },
    }),
  ],
  "commit() refuses with another error": [
    CONFLICT,
    (sound) => ({ commit: (transaction) => sound.commit(transaction).catch(fail) }),
  ],
  "commit() looks for conflicts before its turn": [
    "runs one after another",
    (sound) => ({
      commit: async (transaction) => {
        await sound.commit({ ...transaction, changes: new Map() });
        await sound.commit({ ...transaction, basis: undefined });
      },
    }),
  ],
  "commit() is refused although nothing was read": [
    "with no basis is never refused",
    (sound) => {
      const begun = sound.head();
      return {
        commit: async (transaction) => {
          const { basis = { head: await begun, records: new Set(), folders: new Set() } } = transaction;
          await sound.commit({ ...transaction, basis });
        },
      };
    },
  ],
};

/** Some changes are left out, or made under another name. */
function changing(
  sound: Storage,
  isKept: (payload: Uint8Array | undefined) => boolean,
  rename = (name: string): string => name,
): Partial<Storage> {
  const changed = (changes: Changes): Changes =>
    new Map([...changes].flatMap(([name, bytes]) => (isKept(bytes) ? [[rename(name), bytes]] : [])));
  return {
    commit: ({ changes, ...rest }) => sound.commit({ ...rest, changes: changed(changes) }),
  };
}

/** Another basis is checked. */
function believing(sound: Storage, change: (basis: Basis) => Basis | undefined): Partial<Storage> {
  return {
    commit: ({ basis, ...rest }) => sound.commit({ ...rest, basis: basis && change(basis) }),
  };
}

function asText(content: Content): Content {
  return content instanceof Uint8Array
    ? new TextEncoder().encode(new TextDecoder().decode(content))
    : content;
}
