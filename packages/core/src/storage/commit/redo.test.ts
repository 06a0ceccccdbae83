import { expect, test } from "vitest";
import { Redo } from "./redo.ts";

const payload = (length: number): Uint8Array => new Uint8Array(length);
const breathe = async (): Promise<void> => {};
const unsynced = (redo: Redo): unknown => Object.fromEntries(redo.unsynced());

/** Three commits with the names a, b and c. */
function noted(): Redo {
  const redo = new Redo();
  redo.note({
    sequence: 1,
    changes: new Map([
      ["a", payload(1)],
      ["b", payload(2)],
    ]),
  });
  redo.note({
    sequence: 2,
    changes: new Map([
      ["b", undefined],
      ["c", payload(4)],
    ]),
  });
  redo.note({ sequence: 3, changes: new Map([["a", payload(8)]]) });
  return redo;
}

test("Redo gives the newest change of each name, and counts each once", () => {
  const redo = noted();
  expect(redo.get("a")).toEqual({ payload: payload(8) });
  expect(redo.get("b")).toEqual({ payload: undefined });
  expect(redo.get("d")).toBeUndefined();
  expect(redo.names.in(".")).toEqual(["a", "b", "c"]);
  expect(new Map(redo.unplaced())).toEqual(
    new Map([
      ["a", payload(8)],
      ["b", undefined],
      ["c", payload(4)],
    ]),
  );
  expect([redo.size, redo.bytes]).toEqual([3, 12]);
  expect(unsynced(redo)).toEqual({});
});

test("Redo.notePlaced() keeps what later commits changed, and tells of the rest as not synced until it is", async () => {
  const redo = noted();
  await redo.notePlaced(2, breathe);
  expect(new Map(redo.unplaced())).toEqual(new Map([["a", payload(8)]]));
  expect([redo.size, redo.bytes]).toEqual([1, 8]);
  expect(unsynced(redo)).toEqual({ a: true, b: false, c: true });
  redo.noteSynced();
  await redo.notePlaced(3, breathe);
  expect([redo.size, redo.bytes, redo.get("a")]).toEqual([0, 0, undefined]);
  expect(unsynced(redo)).toEqual({ a: true });
  redo.note({ sequence: 4, changes: new Map([["a", undefined]]) });
  await redo.notePlaced(4, breathe);
  expect(unsynced(redo)).toEqual({ a: false });
});

test("Redo.notePlaced() loses no commit that is noted in others' turns", async () => {
  const redo = new Redo();
  const many = Array.from({ length: 600 }, (_, i) => [`${i}`, payload(1)] as const);
  redo.note({ sequence: 1, changes: new Map(many) });
  const late = { sequence: 2, changes: new Map([["late", payload(3)]]) };
  await redo.notePlaced(1, async () => redo.note(late));
  expect(new Map(redo.unplaced())).toEqual(late.changes);
  expect(redo.unsynced().size).toBe(600);
});

test("Redo keeps a commit's own changes as they are when others cover them", () => {
  const redo = new Redo();
  const changes = new Map([["a", payload(1)]]);
  redo.note({ sequence: 1, changes });
  expect(new Map(redo.unplaced())).toEqual(changes);
  redo.note({ sequence: 2, changes: new Map([["a", payload(2)]]) });
  expect(redo.get("a")).toEqual({ payload: payload(2) });
  expect(changes).toEqual(new Map([["a", payload(1)]]));
});

/** Changes that count how often they are gone through. */
class CountedChanges extends Map<string, Uint8Array | undefined> {
  passes = 0;

  override forEach(...args: Parameters<Map<string, Uint8Array | undefined>["forEach"]>): void {
    this.passes += 1;
    super.forEach(...args);
  }
}

test("Redo.notePlaced() does not go through commits again when none of them has been placed since", async () => {
  const redo = new Redo();
  const [first, second] = [new CountedChanges([["a", payload(1)]]), new CountedChanges([["b", payload(2)]])];
  redo.note({ sequence: 1, changes: first });
  redo.note({ sequence: 2, changes: second });
  const before = second.passes;
  for (let i = 0; i < 10; i++) await redo.notePlaced(0, breathe);
  expect([first.passes, second.passes]).toEqual([0, before]);
  expect(redo.size).toBe(2);
});

test("Redo.names follows what is noted and placed, with each name once", async () => {
  const redo = new Redo();
  expect(redo.names.in("f")).toEqual([]);
  redo.note({ sequence: 1, changes: new Map([["f/1", payload(1)]]) });
  expect(redo.names.in("f")).toEqual(["f/1"]);
  redo.note({
    sequence: 2,
    changes: new Map([
      ["f/1", undefined],
      ["f/2", payload(2)],
      ["g/1", payload(2)],
    ]),
  });
  expect(redo.names.in("f")).toEqual(["f/1", "f/2"]);
  expect([...redo.names.folders()]).toEqual(["f", "g"]);
  await redo.notePlaced(1, breathe);
  redo.note({ sequence: 3, changes: new Map([["f/3", payload(1)]]) });
  expect(redo.names.in("f")).toEqual(["f/1", "f/2", "f/3"]);
  await redo.notePlaced(3, breathe);
  expect(redo.names.in("f")).toEqual([]);
});
