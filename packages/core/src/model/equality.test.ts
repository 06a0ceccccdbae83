import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { deepEqual } from "./equality.ts";

class Hero {
  readonly id = 1;
}
const hero = new Hero();
/**
 * The runtime's own verdict; `undefined` if it throws, as in Node.js 22 and 24 for a map with the key null.
 */
const verdict = (a: unknown, b: unknown): boolean | undefined => {
  try {
    return isDeepStrictEqual(a, b);
  } catch {
    return undefined;
  }
};
const bare = (properties: object) => Object.assign(Object.create(null), properties);

/** A cyclic list. */
function ring(length: number, value = 1): object {
  const first: { value: number; next?: object } = { value };
  let last = first;
  for (let i = 1; i < length; i++) {
    const node: { value: number; next?: object } = { value };
    last.next = node;
    last = node;
  }
  last.next = first;
  return first;
}

describe("deepEqual()", () => {
  it.each<[unknown, unknown]>([
    [Number.NaN, Number.NaN],
    ["a", "a"],
    [1n, 1n],
    [null, null],
    [undefined, undefined],
    [new Date(5), new Date(5)],
    [new Date(Number.NaN), new Date(Number.NaN)],
    [new Uint8Array([1, 2]), Buffer.from([1, 2])],
    [
      [1, [2]],
      [1, [2]],
    ],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1 }, { a: 1, b: undefined }],
    [
      { a: 1, b: undefined },
      { a: 1, c: undefined },
    ],
    [{ a: 1 }, bare({ a: 1 })],
    [{}, {}],
    [JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
    [
      new Map<unknown, unknown>([
        ["a", 1],
        ["b", [2]],
      ]),
      new Map<unknown, unknown>([
        ["b", [2]],
        ["a", 1],
      ]),
    ],
    [
      new Map([
        [{ k: 1 }, "x"],
        [{ k: 2 }, "y"],
      ]),
      new Map([
        [{ k: 2 }, "y"],
        [{ k: 1 }, "x"],
      ]),
    ],
    [new Set([1, "a", Number.NaN]), new Set(["a", Number.NaN, 1])],
    [new Set([[1], [2], [1]]), new Set([[2], [1], [1]])],
    [new Set([new Set([1])]), new Set([new Set([1])])],
    [hero, hero],
    [[hero], [hero]],
    [ring(3), ring(3)],
    [ring(1), ring(2)],
    [ring(2), ring(3)],
  ])("%o equals %o", (a, b) => {
    expect(deepEqual(a, b)).toBe(true);
    expect(deepEqual(b, a)).toBe(true);
  });

  it.each<[unknown, unknown]>([
    [0, -0],
    [1, 1n],
    [1, "1"],
    [null, undefined],
    [null, {}],
    [{}, []],
    [new Date(5), new Date(6)],
    [new Date(5), 5],
    [new Date(5), {}],
    [new Date(5), new Date(Number.NaN)],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    [new Uint8Array([1, 2]), new Uint8Array([1])],
    [new Uint8Array([1]), [1]],
    [new Uint8Array([1]), new Int8Array([1])],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, undefined]],
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: null }],
    [{ a: undefined }, { a: null }],
    [JSON.parse('{"__proto__":{}}'), {}],
    [{ toString: Object.prototype.toString }, {}],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Map([["a", undefined]]), new Map([["b", undefined]])],
    [new Map([["a", 1]]), { a: 1 }],
    [new Map([[{ k: 1 }, "x"]]), new Map([[{ k: 1 }, "y"]])],
    [new Map<unknown, number>([["a", 1]]), new Map<unknown, number>([[{}, 1]])],
    [new Set([1]), new Set([2])],
    [new Set([1]), [1]],
    [new Set([1]), new Map([[1, 1]])],
    [new Set([1]), new Set([1, 2])],
    [new Set([[1], [2], [2]]), new Set([[1], [1], [2]])],
    [new Hero(), new Hero()],
    [new Hero(), { id: 1 }],
    [/a/, /a/],
    [() => 1, () => 1],
    [ring(3, 1), ring(3, 2)],
    [ring(1), { value: 1, next: { value: 1 } }],
  ])("%o differs from %o", (a, b) => {
    expect(deepEqual(a, b)).toBe(false);
    expect(deepEqual(b, a)).toBe(false);
  });

  it("reads neither an inherited property nor a hidden one", () => {
    expect(deepEqual({ constructor: Object }, {})).toBe(false);
    expect(deepEqual({ a: 1 }, Object.defineProperty({ b: 2 }, "a", { value: 1, enumerable: false }))).toBe(
      false,
    );
  });

  it("does not hang on cycles through every kind of container", () => {
    const knot = () => {
      const list: unknown[] = [];
      const map = new Map<unknown, unknown>([["list", list]]);
      map.set(map, new Set([map, list]));
      list.push(map, { list });
      return list;
    };
    expect(deepEqual(knot(), knot())).toBe(true);
  });

  it("compares object members in the same order one by one, and moves none of the others for it", () => {
    const [count, { splice }] = [1000, Array.prototype];
    let [reads, moved] = [0, 0];
    const member = (id: number) => ({
      get id() {
        reads++;
        return id;
      },
    });
    const members = () => new Set(Array.from({ length: count }, (_, id) => member(id)));
    const spy = vi.spyOn(Array.prototype, "splice").mockImplementation(function (
      this: unknown[],
      start: number,
      removed?: number,
    ) {
      moved += this.length - start - 1;
      return splice.call(this, start, removed ?? this.length);
    });
    const equal = deepEqual(members(), members());
    spy.mockRestore();
    expect([equal, reads, moved]).toEqual([true, 2 * count, 0]);
  });

  it("looks at members and keys that are objects a few times each, in whatever order they are", () => {
    const count = 1000;
    let reads = 0;
    const member = (id: number) => ({
      get id() {
        reads++;
        return id;
      },
    });
    const kinds: readonly ((id: number) => object)[] = [
      member,
      (id) => ({ deep: { list: [member(id), "the same"], undefined } }),
      (id) => [new Date(0), member(id)],
    ];
    for (const make of kinds) {
      const straight = Array.from({ length: count }, (_, id) => make(id));
      const crossed = Array.from({ length: count }, (_, id) => make(count - 1 - id));
      const keyed = (list: readonly object[]) => new Map(list.map((key) => [key, 1]));
      reads = 0;
      expect(deepEqual(new Set(straight), new Set(crossed))).toBe(true);
      expect(deepEqual(keyed(straight), keyed(crossed))).toBe(true);
      expect(deepEqual(new Set(straight), new Set([...crossed.slice(1), make(-1)]))).toBe(false);
      expect(reads).toBeLessThan(30 * count);
    }
  });

  it("compares any number of dates, bytes and sets in another order by looking at each a few times", () => {
    const count = 1000;
    const kinds: readonly ((id: number) => object)[] = [
      (id) => new Date(id),
      (id) => new Uint8Array([id, id >> 8]),
      (id) => new Set([`${id}`, 0]),
      (id) => new Map([[id, Number.NaN]]),
    ];
    const is = vi.spyOn(Object, "is");
    const spies = [vi.spyOn(Date.prototype, "getTime"), vi.spyOn(Set.prototype, "has"), is];
    const calls = kinds.map((make) => {
      for (const spy of spies) spy.mockClear();
      const straight = Array.from({ length: count }, (_, id) => make(id));
      expect(deepEqual(new Set(straight), new Set(straight.map((_, i) => make(count - 1 - i))))).toBe(true);
      return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    });
    for (const spy of spies) spy.mockRestore();
    for (const sum of calls) expect(sum).toBeLessThan(20 * count);
  });

  it("pairs members whose outlines are alike, and minds what an outline does not show", () => {
    const long = "x".repeat(1000);
    const shapes = (last: unknown) => [
      { [long]: { deep: { deeper: { deepest: [1, 2, 3, last] } } } },
      [[[[[1]]]], ...Array.from({ length: 50 }, (_, i) => i), last],
      { text: `${long}${last}${long}` },
      new Map<unknown, unknown>([[{ last }, 1]]),
    ];
    for (const [i, shape] of shapes(1).entries()) {
      const [first, second] = [shape, shapes(2)[i]];
      const [again, third] = [shapes(1)[i], shapes(3)[i]];
      expect(deepEqual(new Set([first, second]), new Set([structuredClone(second), again]))).toBe(true);
      expect(deepEqual(new Set([first, second]), new Set([third, again]))).toBe(false);
    }
  });

  it("pairs equal members whose properties are in another order, or undefined", () => {
    const left = new Set<unknown>([{ a: 1, b: { c: 2, d: undefined } }, { e: -0 }, { f: Number.NaN }]);
    const right = new Set<unknown>([{ f: Number.NaN }, { g: undefined, e: -0 }, { b: { c: 2 }, a: 1 }]);
    expect(deepEqual(left, right)).toBe(true);
    expect(deepEqual(new Set([...left, { e: 0 }]), new Set([...right, { e: 1 }]))).toBe(false);
    expect(deepEqual(new Set([[], { e: 0 }]), new Set([{ e: -0 }, []]))).toBe(false);
    expect(deepEqual(new Set([verdict, bare, hero]), new Set([hero, bare, verdict]))).toBe(true);
    const [long, longer] = [() => [1n << 100n], () => [(1n << 100n) + (1n << 90n)]];
    expect(deepEqual(new Set([long(), longer()]), new Set([longer(), long()]))).toBe(true);
    const holed: unknown[] = [1];
    holed.length = 3;
    expect(deepEqual(new Set([[], holed]), new Set([[1, undefined, undefined], []]))).toBe(true);
  });

  it("agrees with the runtime's own comparison on values and on near misses", () => {
    const value = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: false,
      withTypedArray: false,
      maxDepth: 3,
      maxKeys: 3,
      // without undefined: such a property counts as absent here, but not there
      values: [fc.constantFrom(0, -0, 1, 1n, "a", "1", null, true, Number.NaN)],
    });
    fc.assert(
      fc.property(value, value, (a, b) => {
        // Bun's does not even consider every value equal to its copy.
        fc.pre([a, b].every((value) => verdict(value, structuredClone(value)) === true));
        const [straight, crossed] = [verdict(a, b), verdict([a, b], [b, a])];
        fc.pre(straight !== undefined && crossed !== undefined);
        expect(deepEqual(a, b)).toBe(straight);
        expect(deepEqual(a, structuredClone(a))).toBe(true);
        expect(deepEqual([a, b], [b, a])).toBe(crossed);
        expect(deepEqual(new Set([a, b]), new Set([b, a]))).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  }, 120_000);
});
