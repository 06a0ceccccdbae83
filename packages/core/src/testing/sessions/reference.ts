import { DAMAGED, isDamaged, unreadable } from "./damage.ts";
import { type ItemRecord, itemOf, plainOf, teamOf, textOf, wantedValue } from "./items.ts";
import { isWanted } from "./perform.ts";
import type { Call, Filter, Stream } from "./program.ts";
import type { Row } from "./trace.ts";

/** All records of a database, by name. */
export type Records = ReadonlyMap<string, ItemRecord>;
/** What a session has queued for a name, given the stored records: a moved record is one of them. */
type Source = (stored: Records) => ItemRecord | undefined;
/** A session's changes; `undefined` deletes. */
export type Pending = ReadonlyMap<string, Source | undefined>;

/** The one spelling of a name or a folder. */
export function canonical(name: string): string {
  return name.normalize("NFC");
}

/** The folder of a record. */
export function folderOf(name: string): string {
  return name.split("/").slice(0, -1).join("/") || ".";
}

/** The records with the changes made to them. */
export function applied(records: Records, pending: Pending): Records {
  const changed = new Map(records);
  for (const [name, source] of pending) {
    const record = source?.(records);
    if (record === undefined) changed.delete(name);
    else changed.set(name, record);
  }
  return changed;
}

/** The names in a folder, in the order of their UTF-8 bytes. */
function namesIn(records: Records, folder: string): string[] {
  const names = [...records.keys()].filter((name) => folderOf(name) === canonical(folder));
  return names.sort(inOrder);
}

/** The order of two names, by the hexadecimal digits of their UTF-8 bytes. */
function inOrder(a: string, b: string): number {
  const [x, y] = [a, b].map((name) =>
    [...new TextEncoder().encode(name)].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  );
  return x === y ? 0 : (x ?? "") < (y ?? "") ? -1 : 1;
}

/** What a call gives if these are the records, its session's changes included; an error by its code. */
export function answer(call: Exclude<Call, Stream>, records: Records): readonly string[] {
  switch (call.kind) {
    case "add":
    case "update":
      return [nameOf(call)];
    case "get": {
      const record = records.get(canonical(call.name));
      if (record === undefined) return [];
      return [isDamaged(record) ? unreadable(canonical(call.name)) : textOf(record)];
    }
    case "exists":
    case "delete":
      return [String(records.has(canonical(call.name)))];
    case "move":
      return [moved(records, canonical(call.from), canonical(call.to))];
    case "count":
      return [String(namesIn(records, call.folder).length)];
    case "all":
    case "filter": {
      const [first] = call.skips ? [] : damagedIn(records, call.folder);
      if (first !== undefined) return [unreadable(first)];
      const all = recordsIn(records, call.folder);
      const fitting = call.kind === "all" ? all : found(all, call);
      return fitting.map((record) => textOf(call.plain ? plainOf(record) : record));
    }
    case "commit":
    case "rollback":
      return [];
  }
}

/** The name under which a record is added. */
function nameOf({ name, item }: Extract<Call, { kind: "add" | "update" }>): string {
  return name === undefined ? `${item.id}.baba` : canonical(name);
}

function moved(records: Records, from: string, to: string): string {
  if (!records.has(from)) return "false";
  if (records.get(from) === DAMAGED.undecodable) return unreadable(from);
  return from !== to && records.has(to) ? "BABA_EXISTS" : "true";
}

function recordsIn(records: Records, folder: string): ItemRecord[] {
  return namesIn(records, folder)
    .flatMap((name) => records.get(name) ?? [])
    .filter((record) => !isDamaged(record));
}

/** The names in a folder of what is no readable record, in their order. */
export function damagedIn(records: Records, folder: string): string[] {
  return namesIn(records, folder).filter((name) => isDamaged(records.get(name) ?? DAMAGED.undecodable));
}

function found(records: readonly ItemRecord[], { by, item }: Filter): ItemRecord[] {
  const team = teamOf(item.team);
  const hasTeam = (record: ItemRecord) => record.team === team;
  const hasValue = (record: ItemRecord) => textOf(record.value) === textOf(wantedValue(item.value, false));
  const fits = {
    team: hasTeam,
    value: hasValue,
    both: (record: ItemRecord) => hasTeam(record) && hasValue(record),
    predicate: (record: ItemRecord) => isWanted(record, team),
  }[by];
  return records.filter(fits);
}

/** How a stream ended: for good, at its reader's wish, or at a record that it could not read. */
export type StreamEnd = "complete" | "stopped" | { readonly unreadable: string };

/**
 * Whether a stream may have given these rows of the records. `pending` has the session's changes by the
 * number of calls that it had made. What they change meanwhile may be missing, or be as it is now.
 */
export function couldStream(
  { folder, skips }: Stream,
  { rows, end }: { readonly rows: readonly Row[]; readonly end: StreamEnd },
  records: Records,
  pending: { readonly before: Pending; at(calls: number): Pending; readonly after: Pending },
): boolean {
  const failed = typeof end === "object" ? [end.unreadable] : [];
  const given = rows.map(({ filename }) => filename);
  const reached = [...given, ...failed];
  const isReached = (name: string) => end === "complete" || inOrder(name, reached.at(-1) ?? "") <= 0;
  const [before, after] = [applied(records, pending.before), applied(records, pending.after)];
  const always = namesIn(before, folder).filter((name) => after.has(name) && isReached(name));
  const damaged = [...damagedIn(before, folder), ...damagedIn(after, folder)];
  const isLeftOut = (name: string) => damaged.includes(name) && (skips || failed.includes(name));
  return (
    isOrdered(reached) &&
    rows.every((row) => isTrue(row, folder, applied(records, pending.at(row.calls)))) &&
    failed.every((name) => isLeftOut(name) && !skips) &&
    always.every((name) => isLeftOut(name) || given.includes(name))
  );
}

function isOrdered(names: readonly string[]): boolean {
  return names.every((name, i) => i === 0 || inOrder(names[i - 1] ?? "", name) < 0);
}

/** Whether the records have a row's as it is, in the folder. */
function isTrue({ filename, text }: Row, folder: string, records: Records): boolean {
  const record = records.get(filename);
  return folderOf(filename) === canonical(folder) && record !== undefined && textOf(record) === text;
}

/**
 * The changes that a call adds to those of its session, given the text that it resolved to. A move queues
 * what its source holds.
 */
export function changesOf(call: Call, done: string | undefined, pending: Pending): Pending {
  if (call.kind === "add" || call.kind === "update") {
    const record = itemOf(call.item);
    return new Map([[nameOf(call), () => record]]);
  }
  if (done !== "true") return new Map();
  if (call.kind === "delete") return new Map([[canonical(call.name), undefined]]);
  if (call.kind !== "move" || canonical(call.from) === canonical(call.to)) return new Map();
  const from = canonical(call.from);
  const source: Source = pending.get(from) ?? ((stored) => stored.get(from));
  return new Map([
    [canonical(call.to), source],
    [from, undefined],
  ]);
}
