import { describe, expect, it } from "vitest";
import { compileWhere, type Where } from "./where.ts";

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
  it("asks it, and takes its answer as a condition does", () => {
    expect(matches((hero) => hero.id === 2)).toEqual([2]);
    const truthy: unknown = (hero: Hero) => hero.team?.length;
    expect(matches(truthy as Where<Hero>)).toEqual([1]);
  });

  it("refuses a promise, which would match everything", () => {
    const later: unknown = async () => false;
    expect(() => matches(later as Where<Hero>)).toThrow(expect.objectContaining({ code: "BABA_OPTION" }));
  });

  it("lets the function's own error through", () => {
    const cause = new Error("mine");
    const failing = () => {
      throw cause;
    };
    expect(() => matches(failing)).toThrow(cause);
  });
});
