import type { Unlock } from "../../crypto/lock.ts";
import { type ItemPlan, KINDS } from "./items.ts";

/** A call of a session. */
export type Call =
  | { readonly kind: "add" | "update"; readonly item: ItemPlan; readonly name: string | undefined }
  | { readonly kind: "get" | "exists" | "delete"; readonly name: string }
  | { readonly kind: "move"; readonly from: string; readonly to: string }
  | { readonly kind: "count"; readonly folder: string }
  | { readonly kind: "all"; readonly folder: string; readonly plain: boolean; readonly skips: boolean }
  | Filter
  | Stream
  | { readonly kind: "commit" | "rollback" };

/** Finds records with the team, the value, or both, of `item`. */
export type Filter = {
  readonly kind: "filter";
  readonly folder: string;
  readonly by: "team" | "value" | "both" | "predicate";
  readonly item: ItemPlan;
  readonly plain: boolean;
  /** Whether records that cannot be read are left out. */
  readonly skips: boolean;
};

/** Reads at most so many records; after the first, it makes a change, or ends what the session does. */
export type Stream = {
  readonly kind: "stream";
  readonly folder: string;
  readonly most: number;
  readonly skips: boolean;
  readonly midway: Call | undefined;
};

/** What an actor does next; a step that is not awaited runs beside those that follow. */
export type Step = { readonly actor: number; readonly isAwaited: boolean } & (
  | { readonly kind: "call"; readonly call: Call }
  | Callback
  | { readonly kind: "reopen" }
  | { readonly kind: "upkeep"; readonly upkeep: Upkeep }
  | { readonly kind: "damage"; readonly damage: Damage }
);

/**
 * While nobody has the store open, a record's file gets one bit changed, or is cut short, there or at the end of
 * an encoded byte before. The numbers are those of a list that begins again at its end.
 */
export type Damage = {
  readonly record: number;
  readonly place: number;
  readonly how: "bit" | "short" | "shortToByte";
};

/** Work on the whole store. */
export type Upkeep = "verify" | "rotateKey" | "rewrap" | "dropRetired" | "seal" | "forceUnlock";

/** `asyncSession(work)`: `isExplicit` ends with a commit of its own, `fails` by throwing. */
export type Callback = {
  readonly kind: "callback";
  readonly body: readonly { readonly call: Call; readonly isAwaited: boolean }[];
  readonly retries: number;
  readonly isExplicit: boolean;
  readonly fails: boolean;
};

/** How a handle is opened; a second process has a runtime of its own. */
export type HandlePlan = {
  readonly process: number;
  readonly settle: "commit" | "background";
  readonly durability: "full" | "relaxed";
};

/**
 * How the store is sealed. One that is `"converted"` is plain at first: process 0 opens it with a passphrase
 * from the beginning, and process 1 when it opens it again.
 */
export type StoreProtection = "none" | "key" | "passphrase" | "converted";

/** What a store is opened with. */
export const UNLOCK: Readonly<Record<StoreProtection, Unlock>> = {
  none: {},
  key: { key: new Uint8Array(32).fill(3) },
  passphrase: { passphrase: "simulated" },
  converted: { passphrase: "simulated" },
};

/** What is done with a folder that is empty at first, and by whom. */
export type Program = {
  readonly protection: StoreProtection;
  readonly handles: readonly HandlePlan[];
  /** How many records a folder has to begin with. */
  readonly filled: number;
  readonly steps: readonly Step[];
};

/** Random numbers that a step, or the head of a program, is made of. */
export type Draw = readonly [number, number, number, number, number];

/** The handle of each actor: two share one, and the last is in a process of its own. */
export const ACTORS: readonly number[] = [0, 0, 1, 2];
export const FOLDERS: readonly string[] = [".", "a", "a/b", "\u00e9", "none"];
/** Where a program's first records are. */
export const FILLED = "a";
/** Some of them are two spellings of one name; the order of others depends on the encoding. */
const NAMES = [
  "1.baba",
  "a/1.baba",
  "\u00e9.baba",
  "e\u0301.baba",
  "a/b/1.baba",
  "2.baba",
  "a/\u{1f9b8}.baba",
  "a/\uff5e.baba",
  "10.baba",
  "B.baba",
  "\u00e9/1.baba",
  "e\u0301/1.baba",
  "a/f003.baba",
];
const IDS = [1, 2, 10];
const SEARCHES = ["team", "value", "both", "predicate"] as const;

/** How often each step is drawn. */
const STEPS = weighted({
  add: 6,
  update: 2,
  get: 5,
  exists: 2,
  delete: 4,
  move: 3,
  count: 2,
  all: 4,
  filter: 4,
  stream: 3,
  commit: 7,
  rollback: 2,
  callback: 4,
  reopen: 2,
});
type StepKind = (typeof STEPS)[number];

/** The program in these numbers; any numbers make one. */
export function programOf(head: Draw, draws: readonly Draw[]): Program {
  const steps: Step[] = [];
  const left = draws.map((draw, n) => ({ draw, n: n + 1 }));
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const { draw, n } = next;
    const kind = kindOf(draw);
    const base = { actor: draw[0] % ACTORS.length, isAwaited: draw[4] % 3 !== 0 };
    if (kind === "reopen") steps.push({ ...base, kind });
    else if (kind !== "callback") steps.push({ ...base, kind: "call", call: callOf(kind, draw, n) });
    else steps.push({ ...base, ...callbackOf(draw, left.splice(0, 1 + (draw[2] % 5))) });
  }
  const protection = head[0] % 3 === 2 ? "key" : "none";
  return { protection, handles: handlesOf(head), filled: fillingOf(head), steps };
}

function handlesOf(head: Draw): HandlePlan[] {
  return [0, 0, 1].map((process, i) => ({
    process,
    settle: (head[1] >> i) % 2 === 0 ? "commit" : "background",
    durability: (head[2] >> i) % 2 === 0 ? "full" : "relaxed",
  }));
}

/** More than one chunk of a scan now and then. */
function fillingOf(head: Draw): number {
  return [0, 4, 0, 4, 0, 4, 0, 70][head[3] % 8] ?? 0;
}

function callbackOf(draw: Draw, draws: { readonly draw: Draw; readonly n: number }[]): Callback {
  const body = draws.map(({ draw, n }) => {
    const kind = kindOf(draw);
    const inner = kind === "callback" || kind === "reopen" ? "get" : kind;
    return { call: callOf(inner, draw, n), isAwaited: draw[4] % 3 !== 0 };
  });
  const isExplicit = draw[4] % 3 === 0 || draw[3] % 4 === 3;
  return { kind: "callback", body, retries: draw[3] % 4, isExplicit, fails: draw[1] % 17 === 5 };
}

function callOf(kind: Exclude<StepKind, "callback" | "reopen">, draw: Draw, n: number): Call {
  const [, , where, value, detail] = draw;
  const name = pick(NAMES, where);
  const folder = pick(FOLDERS, where);
  const item = { id: pick(IDS, where), n, team: value % KINDS.teams, value: kindOfValue(value) };
  const plain = detail % 4 === 1;
  switch (kind) {
    case "add":
    case "update":
      return { kind, item, name: detail % 5 === 4 ? undefined : name };
    case "move":
      return { kind, from: name, to: pick(NAMES, value) };
    case "count":
      return { kind, folder };
    case "all":
      return { kind, folder, plain, skips: false };
    case "filter":
      return { kind, folder, by: plain ? "team" : pick(SEARCHES, detail >> 2), item, plain, skips: false };
    case "stream":
      return {
        kind,
        folder,
        most: value % 5 === 0 ? 1000 : value % 5,
        skips: false,
        midway: midwayOf(draw, item),
      };
    case "commit":
    case "rollback":
      return { kind };
    default:
      return { kind, name };
  }
}

/** One kind is as common as the others together, so that searches for a value find some. */
function kindOfValue(value: number): number {
  return value % 2 === 0 ? KINDS.commonest : value % KINDS.values;
}

function midwayOf([, , , value, detail]: Draw, item: ItemPlan): Call | undefined {
  const name = pick(NAMES, value + detail);
  if (detail % 4 === 1) return { kind: "delete", name };
  if (detail % 4 === 2) return { kind: "add", item, name };
  return detail % 4 === 3 ? { kind: detail % 3 === 0 ? "rollback" : "commit" } : undefined;
}

function kindOf([, kind]: Draw): StepKind {
  return pick(STEPS, kind);
}

export function pick<T>(from: readonly T[], number: number): T {
  const picked = from[number % from.length];
  if (picked === undefined) throw new RangeError("there is nothing to pick from");
  return picked;
}

function weighted<K extends string>(weights: Record<K, number>): K[] {
  const kinds = Object.keys(weights) as K[];
  return kinds.flatMap((kind) => Array.from({ length: weights[kind] }, () => kind));
}
