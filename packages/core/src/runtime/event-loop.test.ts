import { expect, test } from "vitest";
import { memoryRuntime } from "../testing/index.ts";
import { EventLoop } from "./event-loop.ts";

/** A loop with a clock and turns that the test controls. */
function loopByHand() {
  let now = 0;
  const turns: (() => void)[] = [];
  const loop = new EventLoop({
    ...memoryRuntime(),
    elapsed: () => now,
    turn: () => new Promise((resolve) => turns.push(resolve)),
  });
  return {
    loop,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /**
     * Other work has run, for the first `most` that wait for it; everything that can then continue has done so
     * once this resolves.
     */
    turn: async (most = turns.length) => {
      for (const begin of turns.splice(0, most)) begin();
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
    /** How often it waits for other work at this moment. */
    turnsAsked: () => turns.length,
  };
}

test("EventLoop.breathe() goes on at once while there is time, and after a turn when there is none", async () => {
  const { loop, pass, turn } = loopByHand();
  expect(loop.breathe()).toBeUndefined();
  pass(1);
  const pause = loop.breathe();
  expect(pause).toBeInstanceOf(Promise);
  await turn();
  await pause;
  expect(loop.breathe()).toBeUndefined();
});

test("EventLoop.breathe() counts no time from before the turn, nor any in which nothing asked", async () => {
  const { loop, pass, turn } = loopByHand();
  pass(5);
  expect(loop.breathe()).toBeUndefined();
  await turn();
  pass(5);
  expect(loop.breathe()).toBeUndefined();
  pass(1);
  expect(loop.breathe()).toBeInstanceOf(Promise);
});

test("EventLoop.breathe() takes a turn that others made for no new one for those behind them", async () => {
  const { loop, pass, turn } = loopByHand();
  loop.breathe();
  pass(1);
  const waited = loop.breathe()?.then(() => pass(1));
  await turn();
  await waited;
  expect(loop.breathe()).toBeInstanceOf(Promise);
});

test("EventLoop.breathe() has a newcomer wait behind those whose turn has not begun yet", async () => {
  const { loop, pass, turn } = loopByHand();
  loop.breathe();
  pass(1);
  const done: string[] = [];
  const earlier = loop.breathe()?.then(() => done.push("earlier"));
  await turn(1);
  const later = loop.breathe();
  expect(later).toBeInstanceOf(Promise);
  const all = Promise.all([later?.then(() => done.push("later")), earlier]);
  await turn();
  await all;
  expect(done).toEqual(["earlier", "later"]);
});

test("EventLoop.pause() waits for a turn although there is time", async () => {
  const { loop, turn } = loopByHand();
  expect(loop.breathe()).toBeUndefined();
  let paused = true;
  const pause = loop.pause().then(() => {
    paused = false;
  });
  await undefined;
  expect(paused).toBe(true);
  await turn();
  await pause;
  expect(paused).toBe(false);
});

test.each([0, 1, 2, 3])(
  "EventLoop.pause() forgets nobody who asks again %i steps after going on, or after an idle moment",
  async (steps) => {
    const { loop, turn } = loopByHand();
    let pauses = 0;
    const work = async () => {
      for (let i = 0; i < 3; i++) {
        await loop.pause();
        for (let step = 0; step < steps; step++) await undefined;
        pauses += 1;
      }
    };
    for (const seen of [3, 6]) {
      const working = work();
      for (let i = 0; i < 4; i++) await turn();
      expect(pauses).toBe(seen);
      await working;
    }
  },
);

test("EventLoop.pause() asks for no further turn once nobody waits", async () => {
  const { loop, turn, turnsAsked } = loopByHand();
  const pause = loop.pause();
  expect(turnsAsked()).toBe(1);
  for (let i = 0; i < 3; i++) await turn();
  await pause;
  expect(turnsAsked()).toBe(0);
});

test("EventLoop.breathe() lets those that wait go on in order, in each turn as many as there is time for", async () => {
  const { loop, pass, turn } = loopByHand();
  const done: number[] = [];
  const work = async (i: number) => {
    await loop.breathe();
    done.push(i);
    pass(0.375);
  };
  loop.breathe();
  pass(1);
  const all = Promise.all(Array.from({ length: 8 }, (_, i) => work(i)));
  const seen: number[] = [];
  for (let i = 0; i < 4; i++) {
    await turn();
    seen.push(done.length);
  }
  expect(seen).toEqual([3, 6, 8, 8]);
  await all;
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("EventLoop.breathe() lets others have their turn beside longer work, which waits behind them", async () => {
  const { loop, pass, turn } = loopByHand();
  const done: string[] = [];
  const work = async (name: string) => {
    for (let piece = 0; piece < 2; piece++) {
      await loop.breathe();
      done.push(`${name}${piece}`);
      pass(5);
    }
  };
  loop.breathe();
  pass(1);
  const all = Promise.all([work("a"), work("b")]);
  for (let i = 0; i < 4; i++) await turn();
  await all;
  expect(done).toEqual(["a0", "b0", "a1", "b1"]);
});
