import { isUnreadable, unreadable, unreadableOf } from "./damage.ts";
import { textOf } from "./items.ts";
import type { Stream } from "./program.ts";
import { answer, applied, couldStream, damagedIn, type Records, type StreamEnd } from "./reference.ts";
import type { Outcome } from "./trace.ts";
import type { Read } from "./views.ts";

/** Whether a call gave what these records, with its session's changes, are to give. */
export function fits(read: Read, records: Records): boolean {
  const { call, outcome, rows } = read.entry;
  if (call.kind !== "stream")
    return textOf(given(outcome)) === textOf(answer(call, applied(records, read.pending)));
  if (isFailure(outcome)) return false;
  const { pending: before, after } = read;
  const pending = { before, after, at: (calls: number) => read.at(calls) };
  return couldStream(call, { rows, end: endOf(outcome) }, records, pending);
}

export function isFailure(outcome: Outcome): boolean {
  return "code" in outcome && outcome.code !== "BABA_EXISTS" && !isUnreadable(outcome.code);
}

function endOf(outcome: Outcome): StreamEnd {
  if ("code" in outcome) return { unreadable: unreadableOf(outcome.error) };
  return outcome.texts[0] === "complete" ? "complete" : "stopped";
}

/** A refused move counts as an answer, and so does a record that cannot be read. */
function given(outcome: Outcome): readonly string[] {
  if (!("code" in outcome)) return outcome.texts;
  return [isUnreadable(outcome.code) ? unreadable(unreadableOf(outcome.error)) : outcome.code];
}

export function expected(read: Read, records: Records): string {
  const { call } = read.entry;
  return call.kind === "stream"
    ? streamText(read, call, records)
    : answer(call, applied(records, read.pending)).join("\n    ");
}

function streamText(read: Read, { folder }: Stream, records: Records): string {
  const all = answer({ kind: "all", folder, plain: false, skips: true }, applied(records, read.pending));
  return `${all.length} records, unless it was stopped:\n    ${all.join("\n    ")}`;
}

export function describe(outcome: Outcome): string {
  return "texts" in outcome ? outcome.texts.join("\n    ") : `${outcome.code} ${String(outcome.error)}`;
}

/** The damaged records that a read leaves out of a folder, if these are the records. */
export function leftOut(read: Read, records: Records): readonly string[] {
  const { call, outcome } = read.entry;
  const isWhole = "texts" in outcome && (call.kind !== "stream" || outcome.texts[0] === "complete");
  const [before = [], after = []] = isWhole ? skippable(read, records) : [];
  return before.filter((name) => after.includes(name));
}

/** Those that it may have begun to leave out. */
export function mayLeaveOut(read: Read, records: Records): readonly string[] {
  return skippable(read, records).flat();
}

/** The damaged records in the folder of a read that skips such, as the session saw them before it and after it. */
function skippable({ entry: { call }, pending, after }: Read, records: Records): readonly string[][] {
  if (!("skips" in call) || !call.skips) return [];
  return [pending, after].map((changes) => damagedIn(applied(records, changes), call.folder));
}
