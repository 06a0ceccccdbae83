import { expect, test } from "vitest";
import type { FileSystem } from "../../file-system/file-system.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { JOURNAL_FOLDER, TEMPORARY_FOLDER } from "../layout.ts";
import { unprotected } from "../protection.ts";
import { Journal } from "./journal.ts";

const changes = (text: string) =>
  new Map([[`${text}.baba`, new TextEncoder().encode(text.padEnd(9000, "x"))]]);

test("restart() removes segments so that who follows between two removals misses nothing", async () => {
  const files = memoryFileSystem();
  for (const folder of [JOURNAL_FOLDER, TEMPORARY_FOLDER]) await files.makeFolder(folder);
  let between = async (): Promise<void> => {};
  const oneByOne: FileSystem = new Proxy(files, {
    get: (target, call: keyof FileSystem) => {
      if (call !== "remove") return Reflect.get(target, call).bind(target);
      return async (paths: readonly string[]) => {
        for (const path of paths) {
          await target.remove([path]);
          if (path.startsWith(JOURNAL_FOLDER)) await between();
        }
      };
    },
  });
  const journalOf = (token: string) =>
    new Journal(
      oneByOne,
      {
        token: token.repeat(16),
        identity: token,
        random: (bytes) => crypto.getRandomValues(bytes.slice()),
        turn: async () => {},
      },
      unprotected,
    );
  const [writer, reader] = [journalOf("a"), journalOf("b")];
  await writer.follow();
  await writer.append([changes("1")]);
  await reader.follow();
  // Two segments after the one in which the reader is.
  for (const text of ["2", "3"]) await writer.append([changes(text)]);
  await writer.sync();
  const seen: number[] = [];
  between = async () => {
    await reader.follow();
    seen.push(reader.sequence);
  };
  await writer.restart();
  expect(seen.length).toBeGreaterThan(1);
  expect(new Set(seen)).toEqual(new Set([3]));
});
