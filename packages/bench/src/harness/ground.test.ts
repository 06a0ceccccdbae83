import { existsSync, readdirSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { Ground } from "./ground.ts";

test("Ground.next() gives an empty folder each time, and remove() leaves nothing behind", () => {
  const ground = new Ground();
  onTestFinished(() => ground.remove());
  const folders = [ground.next(1), ground.next(1)];
  for (const folder of folders) {
    expect(existsSync(folder)).toBe(true);
    expect(readdirSync(folder).filter((name) => name !== "lost+found")).toEqual([]);
  }
  ground.remove();
  for (const folder of folders) expect(existsSync(folder)).toBe(false);
});

test("Ground.next() says so if there is no room", () => {
  const ground = new Ground();
  onTestFinished(() => ground.remove());
  expect(() => ground.next(10 ** 10)).toThrow("There is no room");
});
