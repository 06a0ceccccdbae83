import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deepEqual } from "./equality.ts";
import { parse, stringify, write } from "./json.ts";
import { loadableText } from "./model.ts";

/* The input of a write: plain data, and objects that run their own code or only look plain. */

const RUNS = 10_000;

class Hero {
  id = 1;
}

const key = fc.constantFrom(
  "a",
  "b",
  "1",
  "0",
  "",
  "__proto__",
  "constructor",
  "toJSON",
  "$date",
  "$literal",
);
const storableLeaf = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    -0,
    Number.NaN,
    1e21,
    5e-324,
    null,
    true,
    "\ud800",
    "\udc00\ud800",
    "\u2028",
    1n,
    2n ** 64n,
  ),
  fc.constantFrom(new Date(0), new Date(-1), new Uint8Array([1, 2]), new Map([["a", 1]]), new Set(["a"])),
);
const strangeLeaf = fc.constantFrom<unknown>(
  undefined,
  () => 1,
  Symbol("a"),
  new Hero(),
  new Date(Number.NaN),
  /a/,
  Object.assign([1], { named: 1 }),
  // biome-ignore lint/suspicious/noSparseArray: what is tried
  [1, , 2],
  { [Symbol("key")]: 1 },
  Object.defineProperty({ a: 1 }, Symbol("hidden"), { value: 1 }),
  knot(),
);

/** The same properties in the various ways that an object can have them. */
const wrap = fc.constantFrom<(entries: readonly (readonly [string, unknown])[]) => object>(
  (entries) => Object.fromEntries(entries),
  (entries) => Object.freeze(Object.fromEntries(entries)),
  (entries) => defined(Object.create(null), entries),
  (entries) => new Proxy(defined({}, entries), {}),
  (entries) => {
    const object = {};
    for (const [name, value] of entries) {
      Object.defineProperty(object, name, { get: () => value, enumerable: true, configurable: true });
    }
    return object;
  },
);

function valueOver(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { arbitrary: leaf, weight: 3 },
      {
        arbitrary: fc
          .tuple(wrap, fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }))
          .map(([make, entries]) => make(entries)),
        weight: 3,
      },
      { arbitrary: fc.array(tie("value"), { maxLength: 3 }), weight: 1 },
    ),
  })).value;
}

const storable = valueOver(storableLeaf);
const any = valueOver(
  fc.oneof({ arbitrary: storableLeaf, weight: 6 }, { arbitrary: strangeLeaf, weight: 1 }),
);

function defined(object: object, entries: readonly (readonly [string, unknown])[]): object {
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return object;
}

function knot(): unknown {
  const self: Record<string, unknown> = {};
  self.again = [self];
  return self;
}

/** Every object in a value, at any depth. */
function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  found.add(value);
  for (const held of Object.values(value)) objectsIn(held, found);
  return found;
}

/** Reports each property read and each listing of names, at any depth. */
function watched(value: unknown, told: (what: string) => void, path = "$"): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value) && Object.prototype.toString.call(value) !== "[object Object]") return value;
  const inside = new Map(
    Object.keys(value).map((name) => [name, watched(Reflect.get(value, name), told, `${path}.${name}`)]),
  );
  const copy = Array.isArray(value) ? [...inside.values()] : defined({}, [...inside]);
  return new Proxy(copy, {
    get(target, name, receiver) {
      if (typeof name === "string" && name !== "length") told(`${path}.${name}`);
      return Reflect.get(target, name, receiver);
    },
  });
}

const run = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("write(), by properties", () => {
  it("knows without parsing just what is parsed, and shares no object with the value", () => {
    let known = 0;
    fc.assert(
      fc.property(any, (value) => {
        const written = run(() => write(value));
        if (written instanceof Error) return;
        const { text, parsed } = written as ReturnType<typeof write>;
        expect(text).toBe(stringify(value));
        if (parsed === undefined) return;
        known++;
        const slow = parse(text);
        expect(isDeepStrictEqual(parsed, slow)).toBe(true);
        // Also checks the order of names.
        expect(JSON.stringify(parsed)).toBe(JSON.stringify(slow));
        const own = objectsIn(value);
        for (const object of objectsIn(parsed)) expect(own.has(object)).toBe(false);
      }),
      { numRuns: RUNS },
    );
    expect(known).toBeGreaterThan(RUNS / 10);
  }, 120_000);

  it("reads every property once", () => {
    fc.assert(
      fc.property(storable, (value) => {
        const reads: string[] = [];
        write(watched(value, (what) => reads.push(what)));
        expect(new Set(reads).size).toBe(reads.length);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});

describe("loadableText(), by properties", () => {
  it("shows the schema what its text holds, and answers as if it had been parsed", () => {
    fc.assert(
      fc.property(any, fc.boolean(), (value, faithful) => {
        const seen: unknown[] = [];
        const schema = schemaOf((input) => {
          seen.push(input);
          return faithful ? input : { changed: input };
        });
        const text = run(() => loadableText(schema, value));
        const written = run(() => stringify(value));
        if (written instanceof Error) {
          expect(text).toEqual(written);
          return;
        }
        expect(isDeepStrictEqual(seen, [parse(String(written))])).toBe(true);
        const same = faithful && deepEqual(seen[0], value);
        expect(text).toEqual(same ? written : expect.objectContaining({ code: "BABA_NOT_LOADABLE" }));
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});

describe("deepEqual(), by properties", () => {
  it("finds the same for properties in one order and in another, with or without those that are undefined", () => {
    const entries = fc.array(fc.tuple(key, fc.oneof(storable, fc.constant(undefined))), { maxLength: 5 });
    fc.assert(
      fc.property(entries, entries, wrap, wrap, (left, right, makeLeft, makeRight) => {
        const [a, b] = [makeLeft(left), makeRight(right)];
        expect(deepEqual(a, b)).toBe(equalInAnyOrder(left, right));
        expect(deepEqual(a, makeRight(left))).toBe(true);
        expect(deepEqual(makeRight([...new Map(left)].reverse()), a)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});

/** The reference: what is present is sorted and compared pair by pair. */
function equalInAnyOrder(a: readonly (readonly [string, unknown])[], b: typeof a): boolean {
  const [left, right] = [a, b].map((entries) =>
    [...new Map(entries)].filter(([, value]) => value !== undefined).sort(([x], [y]) => (x < y ? -1 : 1)),
  );
  return deepEqual(left, right);
}

function schemaOf(validate: (value: unknown) => unknown) {
  return {
    "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value: validate(value) }) },
  } as const;
}
