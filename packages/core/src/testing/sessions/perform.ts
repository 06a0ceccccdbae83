import type { AsyncSession } from "../../session/session.ts";
import { Item, type ItemRecord, itemOf, Plain, spoil, teamOf, textOf, wantedValue } from "./items.ts";
import type { Call, Filter, Stream } from "./program.ts";
import type { Row } from "./trace.ts";

export type ItemSession = AsyncSession<typeof Item>;

/**
 * Makes a call, except for a stream; resolves to what it gave, as texts. What was given to the call and what
 * came of it is then spoilt: no later read may depend on these objects.
 */
export async function perform(session: ItemSession, call: Exclude<Call, Stream>): Promise<string[]> {
  switch (call.kind) {
    case "add":
    case "update": {
      const item = itemOf(call.item);
      const name = await session[call.kind](item, call.name);
      spoil(item);
      return [name];
    }
    case "get": {
      const found = await session.get(call.name);
      return found === undefined ? [] : taken([found]);
    }
    case "exists":
    case "delete":
      return [String(await session[call.kind](call.name))];
    case "move":
      return [String(await session.move(call.from, call.to))];
    case "count":
      return [String(await session.count(call.folder))];
    case "all":
      return taken(await all(session, call));
    case "filter":
      return filtered(session, call);
    case "commit":
      await session.commit();
      return [];
    case "rollback":
      session.rollback();
      return [];
  }
}

const SKIPPING = { unreadable: "skip" } as const;

function all(
  session: ItemSession,
  { folder, plain, skips }: Extract<Call, { kind: "all" }>,
): Promise<unknown[]> {
  if (skips) return session.all(folder, plain ? Plain : Item, SKIPPING);
  return plain ? session.all(folder, Plain) : session.all(folder);
}

async function filtered(session: ItemSession, { folder, by, item, plain, skips }: Filter): Promise<string[]> {
  const team = teamOf(item.team);
  const options = skips ? SKIPPING : {};
  if (plain) return taken(await session.filter(folder, Plain, { team }, options));
  const isRight = (record: ItemRecord) => isWanted(record, team);
  if (by === "predicate")
    return taken(
      await (skips ? session.filter(folder, Item, isRight, options) : session.filter(folder, isRight)),
    );
  const value = wantedValue(item.value, true);
  const where = by === "team" ? { team } : by === "value" ? { value } : { team, value };
  const found = await (skips ? session.filter(folder, Item, where, options) : session.filter(folder, where));
  spoil(where);
  return taken(found);
}

/** For predicates: neither of them is about one property alone. */
export function isWanted(record: ItemRecord, team: string): boolean {
  return record.team === team || typeof record.value === "number";
}

/**
 * Streams a folder into `rows`, and makes the change midway after the first record; stops after the most
 * that are wanted.
 */
export async function streamed(
  session: ItemSession,
  { folder, most, skips, midway }: Stream,
  rows: Row[],
  { calls, make }: { calls(): number; make(call: Call): Promise<unknown> },
): Promise<string[]> {
  const records = skips ? session.stream(folder, Item, SKIPPING) : session.stream(folder);
  for await (const { filename, record } of records) {
    rows.push({ filename, text: textOf(record), calls: calls() });
    spoil(record);
    if (rows.length >= most) return ["stopped"];
    if (rows.length === 1 && midway !== undefined) await make(midway);
  }
  return ["complete"];
}

function taken(records: readonly unknown[]): string[] {
  const texts = records.map(textOf);
  for (const record of records) spoil(record);
  return texts;
}
