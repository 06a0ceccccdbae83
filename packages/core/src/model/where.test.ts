import * as fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it, vi } from "vitest";
import { onlyChecks } from "./idempotence.ts";
import { stringify } from "./json.ts";
import { key, kinds, withInputs } from "./schemas.fixture.ts";
import { compileWhere, exclusionOf, type Where } from "./where.ts";

type Hero = {
  id: number;
  team?: string | undefined;
  born?: Date;
  stats?: { strength: number; wits?: number | undefined };
};

const alice: Hero = { id: 1, team: "red", born: new Date(5), stats: { strength: 3 } };
const bob: Hero = { id: 2 };
const matches = (where: Where<Hero>) => [alice, bob].filter(compileWhere(where)).map(({ id }) => id);

describe("compileWhere() with an object", () => {
  it.each<[Where<Hero>, number[]]>([
    [{}, [1, 2]],
    [{ id: 2 }, [2]],
    [{ team: "red" }, [1]],
    [{ team: "red", id: 2 }, []],
    [{ born: new Date(5) }, [1]],
    [{ stats: { strength: 3 } }, [1]],
    [{ stats: { strength: 3, wits: undefined } }, [1]],
    [{ stats: { strength: 3, wits: 1 } }, []],
  ])("%o matches %o", (where, ids) => {
    expect(matches(where)).toEqual(ids);
  });

  it("does not match by inherited or hidden properties", () => {
    expect(compileWhere<object>({ a: 1 })(Object.defineProperty({}, "a", { value: 1 }))).toBe(false);
    expect(compileWhere<object>({ toString: Object.prototype.toString })({})).toBe(false);
    const proto: object = JSON.parse('{"__proto__":{"a":1}}');
    expect(compileWhere<object>(proto)(Object.create({ a: 1 }))).toBe(false);
    expect(compileWhere<object>(proto)(JSON.parse('{"__proto__":{"a":1}}'))).toBe(true);
  });

  it("matches nothing that is not an object, and takes its keys once", () => {
    const where: { id?: number } = { id: 1 };
    const isOne = compileWhere<unknown>(where);
    where.id = 2;
    expect([1, null, "id", { id: 1 }, { id: 2 }].map(isOne)).toEqual([false, false, false, true, false]);
  });

  it("refuses an object that cannot be read, with the reason as its cause", () => {
    const cause = new Error("mine");
    const where = {
      get id(): number {
        throw cause;
      },
    };
    expect(() => compileWhere<Hero>(where)).toThrow(expect.objectContaining({ code: "BABA_OPTION", cause }));
  });

  it("refuses a revoked proxy, such as a draft whose time is over", () => {
    const { proxy, revoke } = Proxy.revocable({ id: 1 }, {});
    revoke();
    const refused = { code: "BABA_OPTION", cause: expect.any(TypeError) };
    expect(() => compileWhere(proxy)).toThrow(expect.objectContaining(refused));
  });

  it("refuses a value in which a property throws as soon as it is compared, with the reason as its cause", () => {
    const cause = new Error("mine");
    const team = {
      get name(): string {
        throw cause;
      },
    };
    const isOfTeam = compileWhere<{ team: { name: string } | null }>({ team });
    expect(isOfTeam({ team: null })).toBe(false);
    expect(() => isOfTeam({ team: { name: "red" } })).toThrow(
      expect.objectContaining({ code: "BABA_OPTION", cause }),
    );
  });

  it("refuses a value of undefined, naming the key", () => {
    expect(() => compileWhere<Hero>({ team: undefined })).toThrow(
      expect.objectContaining({
        code: "BABA_OPTION",
        message: expect.stringContaining('"team" is undefined'),
      }),
    );
  });

  it.each([undefined, null, 1, "team", [], new Date(0), new Map(), { [Symbol("team")]: 1 }])(
    "refuses %o",
    (where) => {
      const hostile: unknown = where;
      expect(() => compileWhere(hostile as Where<Hero>)).toThrow(
        expect.objectContaining({ code: "BABA_OPTION" }),
      );
    },
  );
});

describe("compileWhere() with a function", () => {
  it("asks the function, and takes its answer as a condition does", () => {
    expect(matches((hero) => hero.id === 2)).toEqual([2]);
    const truthy: unknown = (hero: Hero) => hero.team?.length;
    expect(matches(truthy as Where<Hero>)).toEqual([1]);
  });

  it("refuses a promise as its answer, which would match everything", () => {
    const later: unknown = async () => false;
    expect(() => matches(later as Where<Hero>)).toThrow(expect.objectContaining({ code: "BABA_OPTION" }));
  });

  it("hears the rejection of a promise that it refuses", async () => {
    const unheard = vi.fn();
    process.on("unhandledRejection", unheard);
    try {
      const later: unknown = () => Promise.reject(new Error("mine"));
      expect(() => matches(later as Where<Hero>)).toThrow(expect.objectContaining({ code: "BABA_OPTION" }));
      // Node.js tells of it once all promise jobs have run.
      await new Promise((resolve) => setTimeout(resolve));
    } finally {
      process.off("unhandledRejection", unheard);
    }
    expect(unheard).not.toHaveBeenCalled();
  });

  it("lets the function's own error through", () => {
    const cause = new Error("mine");
    const failing = () => {
      throw cause;
    };
    expect(() => matches(failing)).toThrow(cause);
  });
});

describe("exclusionOf()", () => {
  const AnyTeam = v.object({ id: v.number(), team: v.nullish(v.string()) });
  const SomeTeam = v.object({ id: v.number(), team: v.optional(v.string(), "red") });
  const schemas = {
    "a schema": AnyTeam,
    "one with a default": SomeTeam,
    "one with a default in what may be absent": v.optional(SomeTeam),
    "a record of defaults": v.record(v.string(), v.optional(v.string(), "red")),
  };

  it.each<[unknown, unknown, boolean]>([
    [{ team: "red" }, { team: "blue" }, true],
    [{ team: "red" }, { team: "red" }, false],
    [{ id: 1, team: "red" }, { id: 1, team: 5 }, true],
    [{ team: "red" }, {}, false],
    [{ team: "red" }, { team: null }, false],
    [{ team: "red" }, { team: ["red"] }, false],
    [{ team: "red" }, Object.create({ team: "blue" }), false],
    [{ id: 0 }, { id: -0 }, false],
    [{ id: Number.NaN }, { id: Number.NaN }, false],
    [{ id: 1 }, null, false],
    [{ length: 1 }, "ab", false],
  ])("of %o excludes %o: %s", (where, stored, excluded) => {
    expect(exclusionOf(where, AnyTeam)?.ofValue(stored)).toBe(excluded);
  });

  it.each<[unknown, keyof typeof schemas, string, boolean]>([
    [{ team: "red" }, "a schema", '{"id":1,"team":"blue"}', true],
    [{ team: "red" }, "a schema", '{"id":1}', true],
    [{ team: "red" }, "a schema", '{"team": "red"}', false],
    [{ team: "red" }, "a schema", '{"id":1,"other":["red"]}', false],
    [{ team: "red" }, "a schema", '{"team":"\\u0072ed"}', false],
    [{ team: 'r"d' }, "a schema", '{"team":"blue"}', false],
    [{ team: "rëd" }, "a schema", '{"team":"red"}', true],
    [{ id: 1, team: "red" }, "a schema", '{"id":1,"team":"blue"}', true],
    [{ id: 1 }, "a schema", '{"id":2}', false],
    [{ team: "red" }, "one with a default", '{"id":1}', false],
    [{ team: "red" }, "one with a default in what may be absent", '{"id":1}', false],
    [{ team: "red" }, "a record of defaults", "{}", false],
  ])("of %o under %s excludes the text %s: %s", (where, schema, text, excluded) => {
    expect(exclusionOf(where, schemas[schema])?.ofText(text)).toBe(excluded);
  });

  it.each([{}, { born: new Date(0) }, { team: null }, { stats: { strength: 3 } }, () => true])(
    "of %o says nothing",
    (where) => {
      expect(exclusionOf(where, AnyTeam)).toBeUndefined();
    },
  );

  it("says nothing of a schema that does more than look", () => {
    expect(exclusionOf({ team: "red" }, v.object({ team: v.pipe(v.string(), v.trim()) }))).toBeUndefined();
    expect(exclusionOf({ team: "red" }, v.pipe(AnyTeam, SomeTeam))).toBeUndefined();
  });

  it("excludes nothing that fits, whatever schema only looks, whatever is stored, and whatever is asked for", () => {
    const scalar = fc.constantFrom<unknown>("", "a", "b", "x", "y", "$date", 0, -0, 1, true, false);
    const where = fc.dictionary(key, fc.oneof(scalar, fc.constant(null)), { minKeys: 1, maxKeys: 2 });
    const times = { fitting: 0, ofValue: 0, ofText: 0 };
    fc.assert(
      fc.property(
        kinds(2).chain(withInputs),
        fc.array(where, { maxLength: 5 }),
        ([schema, stored], wheres) => {
          if (!onlyChecks(schema)) return;
          for (const value of stored) {
            const outcome = schema["~standard"].validate(value);
            if (outcome instanceof Promise || outcome.issues) continue;
            // A record matches its own properties.
            const own = Object.entries(Object(outcome.value)).filter(
              ([, property]) => property !== undefined,
            );
            for (const asked of [...wheres, ...own.map((entry) => Object.fromEntries([entry]))]) {
              const fits = compileWhere<unknown>(asked as Where<unknown>)(outcome.value);
              const exclusion = exclusionOf(asked, schema);
              const text = textOrNothing(value);
              const ofValue = exclusion?.ofValue(value) ?? false;
              const ofText = text !== undefined && (exclusion?.ofText(text) ?? false);
              times.fitting += Number(fits);
              times.ofValue += Number(ofValue);
              times.ofText += Number(ofText);
              expect(fits && (ofValue || ofText)).toBe(false);
            }
          }
        },
      ),
      { numRuns: 4000 },
    );
    // If one of these never happened, nothing would be tested.
    expect(times.fitting).toBeGreaterThan(300);
    expect(times.ofValue).toBeGreaterThan(30);
    expect(times.ofText).toBeGreaterThan(30);
  }, 60_000);
});

function textOrNothing(value: unknown): string | undefined {
  try {
    return stringify(value);
  } catch {
    return undefined;
  }
}
