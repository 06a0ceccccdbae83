import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("Pace takes one long wait for no slow disk, and several for one", () => {
  const pace = new Pace();
  for (let i = 0; i < 10; i++) pace.note(100, 1);
  pace.note(1, 10);
  expect(pace.isQuick).toBe(true);
  for (let i = 0; i < 4; i++) pace.note(1, 10);
  expect(pace.isQuick).toBe(false);
});

test("Pace finds a slow disk within three reads of 8 ms in a new process, and a disk that is slow no more", () => {
  const pace = new Pace();
  for (let i = 0; i < 3; i++) pace.note(1, 8);
  expect(pace.isQuick).toBe(false);
  for (let i = 0; i < 10; i++) pace.note(1, 8);
  pace.note(100, 1);
  expect(pace.isQuick).toBe(true);
});
