import { isUnreadable, unreadableOf } from "./damage.ts";
import type { Call } from "./program.ts";
import { canonical, changesOf, folderOf, type Pending } from "./reference.ts";
import { codeOf, type Entry, isCutOff, type Outcome, type Unit } from "./trace.ts";

/** What a session did between two commits or rollbacks. */
export type View = {
  readonly unit: Unit;
  /** The commit that came before it in its session. */
  readonly former: Attempt | undefined;
  readonly reads: Read[];
  /** Names that were asked of the storage, and folders that were listed. */
  readonly names: Set<string>;
  readonly folders: Set<string>;
  /** Whether a stream went on into this view: what it then found gone is not seen, and counts as read. */
  isEntered: boolean;
  /** Names whose stored records are among the changes under another name. */
  readonly moved: Set<string>;
  /** The call that asked the storage first: it decided what state the view begins with. */
  first: Entry | undefined;
};

/** A call that gave something, with the session's changes as they were before it, after it, and in between. */
export type Read = {
  readonly entry: Entry;
  readonly pending: Pending;
  readonly after: Pending;
  at(calls: number): Pending;
  readonly view: View;
};

/** A commit that was tried, and how many of the view's reads came before it. */
export type Attempt = {
  readonly entry: Entry;
  readonly changes: Pending;
  readonly reads: readonly Read[];
  readonly view: View;
};

/** The views of a session, as its calls take effect in the order in which they were made. */
export function viewsOf(unit: Unit): { readonly reads: Read[]; readonly attempts: Attempt[] } {
  const states: Pending[] = [new Map()];
  const [reads, attempts]: [Read[], Attempt[]] = [[], []];
  let view = newView(unit, undefined);
  for (const [i, entry] of unit.entries.entries()) {
    const pending = states[i] ?? new Map();
    const isOver = isEnd(entry);
    if (entry.call.kind === "commit")
      attempts.push({ entry, changes: pending, reads: [...view.reads], view });
    else if (entry.call.kind !== "rollback") reads.push(noted(view, beforeEnd(unit, entry), states, i));
    states.push(isOver ? new Map() : new Map([...pending, ...changesBy(entry, pending)]));
    if (!isOver) continue;
    view = newView(unit, attempts.at(-1));
    const further = goingOn(unit, entry, i);
    view.isEntered = further.isEntered;
    for (const read of further.reads) reads.push(noted(view, read, states, i + 1));
  }
  return { reads, attempts };
}

function isEnd({ call, outcome }: Entry): boolean {
  return call.kind === "rollback" || (call.kind === "commit" && codeOf(outcome) === undefined);
}

/** A stream without what it gave after the commit or rollback in its middle, if there was one. */
function beforeEnd(unit: Unit, stream: Entry): Entry {
  const end = unit.entries.findIndex((entry) => isWithin(entry, stream) && isEnd(entry));
  if (stream.call.kind !== "stream" || end < 0) return stream;
  const rows = stream.rows.filter(({ calls }) => calls <= end);
  const hasFailed =
    "code" in stream.outcome && !isCutOff(stream.outcome) && !isUnreadable(stream.outcome.code);
  const outcome = hasFailed ? stream.outcome : { texts: ["stopped"] };
  return { ...stream, ended: unit.entries[end]?.began ?? stream.ended, outcome, rows };
}

/** What a stream gave after a commit or rollback in its middle: records that were read one by one. */
function goingOn(
  unit: Unit,
  end: Entry,
  place: number,
): { readonly isEntered: boolean; readonly reads: readonly Entry[] } {
  const stream = unit.entries.find((entry) => entry.call.kind === "stream" && isWithin(end, entry));
  const rows = stream?.rows.filter(({ calls }) => calls > place) ?? [];
  const reads = rows.map(
    ({ filename, text }): Entry => ({
      call: { kind: "get", name: filename },
      began: end.ended,
      ended: stream?.ended ?? end.ended,
      outcome: { texts: [text] },
      rows: [],
    }),
  );
  const failed = stream === undefined ? [] : failedRead(stream, end);
  return { isEntered: stream !== undefined, reads: [...reads, ...failed] };
}

/** The record that ended a stream, as it could not be read. */
function failedRead({ ended, outcome }: Entry, end: Entry): Entry[] {
  if (!("code" in outcome) || !isUnreadable(outcome.code)) return [];
  return [
    { call: { kind: "get", name: unreadableOf(outcome.error) }, began: end.ended, ended, outcome, rows: [] },
  ];
}

function isWithin(inner: Entry, outer: Entry): boolean {
  return outer.began < inner.began && inner.ended < outer.ended;
}

function newView(unit: Unit, former: Attempt | undefined): View {
  return {
    unit,
    former,
    reads: [],
    names: new Set(),
    folders: new Set(),
    moved: new Set(),
    isEntered: false,
    first: undefined,
  };
}

/** Takes a call into its view. */
function noted(view: View, entry: Entry, states: readonly Pending[], i: number): Read {
  const pending = states[i] ?? new Map();
  const { names, folders } = asked(entry, pending);
  for (const name of names) view.names.add(name);
  for (const folder of folders) view.folders.add(folder);
  if (names.length + folders.length > 0) view.first ??= entry;
  if (entry.call.kind === "move" && !pending.has(canonical(entry.call.from)))
    view.moved.add(canonical(entry.call.from));
  const after = (): Pending => states[lastWithin(view.unit, entry) + 1] ?? pending;
  const read = {
    entry,
    pending,
    view,
    at: (calls: number) => states[calls] ?? pending,
    get after() {
      return after();
    },
  };
  view.reads.push(read);
  return read;
}

/** The last call that was made before this one ended: a stream's change midway. */
function lastWithin(unit: Unit, entry: Entry): number {
  return entry.call.kind === "stream"
    ? unit.entries.findLastIndex(({ began }) => began < entry.ended)
    : unit.entries.indexOf(entry);
}

function changesBy({ call, outcome }: Entry, pending: Pending): Pending {
  return "code" in outcome ? new Map() : changesOf(call, outcome.texts[0], pending);
}

/** What a call asks the storage for: not what the session's changes answer. */
function asked({ call, outcome }: Entry, pending: Pending): { names: string[]; folders: string[] } {
  const stored = (...names: string[]) => ({
    names: names.map(canonical).filter((name) => !pending.has(name)),
    folders: [],
  });
  switch (call.kind) {
    case "get":
    case "exists":
    case "delete":
      return stored(call.name);
    case "move":
      return isTargetAsked(call, outcome) ? stored(call.from, call.to) : stored(call.from);
    case "count":
    case "all":
    case "filter":
    case "stream":
      return { names: [], folders: [canonical(call.folder)] };
    default:
      return { names: [], folders: [] };
  }
}

function isTargetAsked({ from, to }: Extract<Call, { kind: "move" }>, outcome: Outcome): boolean {
  const isGone = "texts" in outcome ? outcome.texts[0] === "false" : isUnreadable(outcome.code);
  return !isGone && canonical(from) !== canonical(to);
}

/** Whether a commit of these changes touches what a view has read, or is about to write. */
export function touches(
  changes: Pending,
  { names, folders }: Pick<View, "names" | "folders">,
  writes: Pending,
): boolean {
  return [...changes.keys()].some(
    (name) => names.has(name) || writes.has(name) || folders.has(folderOf(name)),
  );
}
