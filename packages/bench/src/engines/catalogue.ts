import type { OpenStore } from "./store.ts";

/** A runtime other than the benchmark's own. */
export type OtherRuntime = "node24" | "bun" | "deno";

/** An engine to measure, and what it promises in return for its time. */
export type Engine = {
  readonly title: string;
  readonly kind: "ours" | "runtime" | "peer" | "limit";
  /**
   * Whether a completed commit survives a power cut. "content": a new file is synced, but not the folder in
   * which it takes the old one's name, so that the old one may be back.
   */
  readonly synced: "yes" | "no" | "later" | "content";
  /** What a crash leaves either whole or absent. */
  readonly atomic: "commit" | "record" | "no";
  readonly encrypted: "yes" | "no";
  /** Whether each record is a file that other programs can copy and read separately. */
  readonly files: "yes" | "no";
  /** The packages that it needs, which are not installed for users of BabaDB. */
  readonly peers?: readonly string[];
  readonly runtime?: OtherRuntime;
  /** The workloads to measure, if others would say nothing, or only repeat the figures of another row. */
  readonly only?: readonly string[];
  /** Missing for an engine that is a separate program. */
  readonly load?: () => Promise<OpenStore>;
};

type Options = Parameters<typeof import("./baba.ts").baba>[0]["options"];

const KEY: object = { key: new Uint8Array(32).fill(7) };
const PASSPHRASE: object = { passphrase: "correct horse battery staple" };
// Only for measurements.
const IDENTITY: object = {
  identity: "AGE-SECRET-KEY-1DKG0W40NUJKZNLWCFDWPUE07GLETUS27HTGTHLTW2YAQS5EUG26QM7SUR5",
};
const COMMITS = ["bulk", "single", "burst", "update", "delete", "mixed"];
const READS = ["all", "stream", "filter", "get", "gets", "count", "exists"];

const ENGINES = {
  baba: ours("BabaDB", {}),
  "baba-background": ours("BabaDB, settle background", { settle: "background" }, { only: COMMITS }),
  "baba-relaxed": ours("BabaDB, relaxed", { durability: "relaxed" }, { only: COMMITS, synced: "later" }),
  "baba-relaxed-background": ours(
    "BabaDB, relaxed, settle background",
    { durability: "relaxed", settle: "background" },
    { only: COMMITS, synced: "later" },
  ),
  "baba-key": sealed("BabaDB, sealed by key", KEY),
  "baba-key-background": sealed(
    "BabaDB, sealed by key, settle background",
    { ...KEY, settle: "background" },
    COMMITS,
  ),
  "baba-passphrase": sealed("BabaDB, sealed by passphrase", PASSPHRASE, ["bulk", "open"]),
  "baba-identity": sealed("BabaDB, sealed by identity", IDENTITY, ["bulk", "open", "all", "single"]),
  "baba-node24": elsewhere("BabaDB on Node 24", "node24", ["node24"]),
  "baba-bun": elsewhere("BabaDB on Bun", "bun", ["bun"]),
  "baba-deno": {
    ...elsewhere("BabaDB on Deno", "deno", ["deno"]),
    load: async () => (await import("./baba-on-deno.ts")).babaOnDeno,
  },
  "fs-promises": {
    ...peer("files by fs.promises", { files: "yes" }),
    load: async () => (await import("./files.ts")).promisedFiles,
  },
  "fs-sync": {
    ...peer("files by synchronous calls", { files: "yes" }),
    load: async () => (await import("./files.ts")).synchronousFiles,
  },
  "write-file-atomic": {
    ...peer("write-file-atomic", {
      synced: "content",
      atomic: "record",
      files: "yes",
      peers: ["write-file-atomic"],
    }),
    load: async () => (await import("./files.ts")).atomicFiles,
  },
  lowdb: {
    ...peer("lowdb", { atomic: "commit", peers: ["lowdb"] }),
    load: async () => (await import("./lowdb.ts")).lowdb,
  },
  nedb: {
    ...peer("NeDB", { peers: ["@seald-io/nedb"] }),
    load: async () => (await import("./nedb.ts")).nedb,
  },
  "nedb-gcm": {
    ...peer("NeDB, AES-GCM hooks", { encrypted: "yes", peers: ["@seald-io/nedb"] }),
    load: async () => (await import("./nedb.ts")).encryptedNedb,
  },
  conf: {
    ...peer("conf", { synced: "content", atomic: "commit", peers: ["conf"] }),
    load: async () => (await import("./conf.ts")).conf,
  },
  "conf-gcm": {
    ...peer("conf, AES-GCM", { synced: "content", atomic: "commit", encrypted: "yes", peers: ["conf"] }),
    load: async () => (await import("./conf.ts")).encryptedConf,
  },
  level: {
    ...peer("LevelDB (classic-level)", { synced: "yes", atomic: "commit", peers: ["classic-level"] }),
    load: async () => (await import("./classic-level.ts")).classicLevel,
  },
  lmdb: {
    ...peer("LMDB", { synced: "yes", atomic: "commit", peers: ["lmdb"] }),
    load: async () => (await import("./lmdb.ts")).lmdb,
  },
  "lmdb-encrypted": {
    ...peer("LMDB, encrypted", { synced: "yes", atomic: "commit", encrypted: "yes", peers: ["lmdb"] }),
    load: async () => (await import("./lmdb.ts")).encryptedLmdb,
  },
  sqlite: {
    ...peer("SQLite (better-sqlite3)", { synced: "yes", atomic: "commit", peers: ["better-sqlite3"] }),
    load: async () => (await import("./sqlite.ts")).betterSqlite,
  },
  "sqlite-validated": {
    ...peer("SQLite, records validated by valibot", {
      synced: "yes",
      atomic: "commit",
      peers: ["better-sqlite3"],
    }),
    only: ["bulk", "all", "filter", "get", "single", "update"],
    load: async () => (await import("./sqlite.ts")).validatedSqlite,
  },
  sqlcipher: {
    ...peer("SQLCipher (better-sqlite3-multiple-ciphers)", {
      synced: "yes",
      atomic: "commit",
      encrypted: "yes",
      peers: ["better-sqlite3-multiple-ciphers"],
    }),
    load: async () => (await import("./sqlite.ts")).encryptedSqlite,
  },
  "node-sqlite": {
    ...peer("SQLite (node:sqlite, Node 24)", { synced: "yes", atomic: "commit", peers: ["node24"] }),
    runtime: "node24",
    load: async () => (await import("./sqlite.ts")).nodeSqlite,
  },
  keyv: {
    ...peer("keyv on SQLite", { synced: "yes", atomic: "record", peers: ["keyv", "@keyv/sqlite"] }),
    load: async () => (await import("./keyv.ts")).keyv,
  },
  unstorage: {
    ...peer("unstorage, files", { files: "yes", peers: ["unstorage"] }),
    load: async () => (await import("./unstorage.ts")).unstorage,
  },
  pouchdb: {
    ...peer("PouchDB", { atomic: "record", peers: ["pouchdb"] }),
    load: async () => (await import("./pouchdb.ts")).pouchdb,
  },
  python: peer("Python original", { files: "yes" }),
  bare: {
    ...limit("bare calls: temporary file and rename, or open, read, close"),
    // Opening it makes what its workloads need beforehand.
    only: [...COMMITS, ...READS],
    load: async () => (await import("./bare.ts")).bareFiles,
  },
  "bare-append": {
    ...limit("bare calls: append and one sync"),
    synced: "yes",
    files: "no",
    only: ["bulk", "single"],
    load: async () => (await import("./bare.ts")).bareAppend,
  },
} satisfies Readonly<Record<string, Engine>>;

/** An engine's name in the command. */
export type EngineName = keyof typeof ENGINES;

/** All engines, in the order of the tables. */
export const CATALOGUE: Readonly<Record<EngineName, Engine>> = ENGINES;

export const ENGINE_NAMES = Object.keys(ENGINES) as readonly EngineName[]; // Object.keys() loses the type.

function ours(title: string, options: object, differs: Partial<Engine> = {}): Engine {
  return {
    title,
    kind: "ours",
    synced: "yes",
    atomic: "commit",
    encrypted: "no",
    files: "yes",
    load: async () =>
      (await import("./baba.ts")).baba({ options: options as Options, sealed: differs.encrypted === "yes" }),
    ...differs,
  };
}

function sealed(title: string, options: object, only?: readonly string[]): Engine {
  return ours(title, options, { encrypted: "yes", ...(only === undefined ? {} : { only }) });
}

function elsewhere(title: string, runtime: OtherRuntime, peers: readonly string[]): Engine {
  return ours(title, {}, { kind: "runtime", runtime, peers });
}

/** A peer that promises nothing unless stated otherwise. */
function peer(title: string, differs: Partial<Engine>): Engine {
  return { title, kind: "peer", synced: "no", atomic: "no", encrypted: "no", files: "no", ...differs };
}

function limit(title: string): Engine {
  return { title, kind: "limit", synced: "no", atomic: "no", encrypted: "no", files: "yes" };
}
