import { CommitUnknownError } from "../../errors.ts";
import { assemble, type DatabaseContext } from "../../session/database/assemble.ts";
import type { Database } from "../../session/database/database.ts";
import type { Store } from "../../session/database/shared-store.ts";
import type { Hold } from "../../storage/storage.ts";
import type { Item, ItemRecord } from "./items.ts";
import { type Fault, replacing } from "./session-faults.fixture.ts";

type Db = Database<typeof Item>;

const NO_HOLD: Hold = { mustHold: async () => undefined, release: async () => undefined };

/** Wrong stores, each by what is wrong with it. */
export const STORE_FAULTS: Readonly<Record<string, (store: Store) => void>> = {
  "rewrap() reads before it has the write lock": ({ storage }) => {
    storage.hold = async () => NO_HOLD;
  },
  "rotateKey() drops the keys of earlier records": ({ vault }) => {
    const rewrite = vault.rewrite.bind(vault);
    vault.rewrite = (change, hold, passphrase) =>
      rewrite((keyring, crypto) => change(keyring, crypto).withoutRetired(), hold, passphrase);
  },
  "a process does not learn of another's key": ({ vault }) => {
    vault.refresh = async () => undefined;
  },
};

/** What is wrong with sessions when the write lock is removed while they commit. */
export const FORCE_FAULTS: Readonly<Record<string, Fault>> = {
  "commit() takes an unknown outcome for a success": () => (session) => ({
    commit: () =>
      session.commit().catch((error: unknown) => {
        if (!(error instanceof CommitUnknownError)) throw error;
      }),
  }),
};

/** What the databases of a process are built on, with the fault in each store. */
export function faultyStores(fault: (store: Store) => void): typeof assemble {
  return (runtime): DatabaseContext => {
    const context = assemble(runtime);
    const known = new WeakSet<Store>();
    return {
      ...context,
      openStore: async (...input) => {
        const opened = await context.openStore(...input);
        if (!known.has(opened.store)) fault(opened.store);
        known.add(opened.store);
        return opened;
      },
    };
  };
}

/** Wrong databases, each by what is wrong with it. */
export const UPKEEP_FAULTS: Readonly<Record<string, (db: Db) => Db>> = {
  "verify() leaves out a record": (db) => {
    const verify = async () => {
      const report = await db.verify();
      return { ...report, records: Math.max(0, report.records - 1) };
    };
    return replacing(db, { verify });
  },
  "verify() finds a fault that there is not": (db) => {
    const problem = { filename: "1.baba", code: "BABA_TAMPERED" };
    return replacing(db, { verify: async () => ({ ...(await db.verify()), problems: [problem] }) });
  },
  "rewrap() writes what it has read over what was committed since": (db) => {
    const rewrap = async () => {
      const old: [ItemRecord, string][] = [];
      for await (const { record, filename } of db.asyncSession().stream(".")) old.push([record, filename]);
      const report = await db.rewrap();
      await db.asyncSession((session) => Promise.all(old.map((entry) => session.add(...entry))));
      return report;
    };
    return replacing(db, { rewrap });
  },
};
