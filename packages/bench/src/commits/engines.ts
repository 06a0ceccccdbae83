import type { OpenEngine } from "./engine.ts";
import { atomicFiles } from "./engines/atomic-files.ts";
import { baba } from "./engines/baba.ts";
import { bareAppend, bareFiles } from "./engines/bare.ts";
import { lmdb } from "./engines/lmdb.ts";
import { nedb } from "./engines/nedb.ts";
import { sqlite } from "./engines/sqlite.ts";

/** An engine, by how the tables call it. */
export type EngineName = keyof typeof ENGINES;

/** What is measured; the one in Python is a script of its own. */
export const ENGINES = {
  BabaDB: baba({ durability: "full", settle: "commit" }),
  "BabaDB, settle background": baba({ durability: "full", settle: "background" }),
  "BabaDB, relaxed": baba({ durability: "relaxed", settle: "commit" }),
  "BabaDB, relaxed, settle background": baba({ durability: "relaxed", settle: "background" }),
  SQLite: sqlite,
  LMDB: lmdb,
  "NeDB (never syncs)": nedb,
  "write-file-atomic": atomicFiles,
  "Python original (never syncs)": undefined,
  "bare: temporary file and rename (no sync)": bareFiles,
  "bare: append and fdatasync": bareAppend,
} satisfies Readonly<Record<string, OpenEngine | undefined>>;

/** The package that an engine needs, where it is a peer. */
export const PEERS: Readonly<Partial<Record<EngineName, string>>> = {
  SQLite: "better-sqlite3",
  LMDB: "lmdb",
  "NeDB (never syncs)": "@seald-io/nedb",
  "write-file-atomic": "write-file-atomic",
};

/** Those whose commits may run at once and share a sync. */
export const CONCURRENT: readonly EngineName[] = ["BabaDB", "BabaDB, settle background", "LMDB"];
