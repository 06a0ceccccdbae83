import { expect, test } from "vitest";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { withCalls } from "../../file-system/with-calls.fixture.ts";
import { JOURNAL_FOLDER, TEMPORARY_FOLDER } from "../layout.ts";
import { unprotected } from "../protection.ts";
import { Journal } from "./journal.ts";

const changes = (text: string) =>
  new Map([[`${text}.baba`, new TextEncoder().encode(text.padEnd(9000, "x"))]]);

test("Journal.restart() removes segments in an order in which a follower misses nothing", async () => {
  const files = memoryFileSystem();
  for (const folder of [JOURNAL_FOLDER, TEMPORARY_FOLDER]) await files.makeFolder(folder);
  let between = async (): Promise<void> => {};
  const oneByOne = withCalls(files, {
    async remove(paths) {
      for (const path of paths) {
        await files.remove([path]);
        if (path.startsWith(JOURNAL_FOLDER)) await between();
      }
    },
  });
  const journalOf = (token: string) =>
    new Journal(
      oneByOne,
      {
        token: token.repeat(16),
        identity: token,
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        breathe: async () => {},
        isHeld: async () => true,
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

test("Journal.restart() removes segments alone, and no files and folders of others beside them", async () => {
  const files = memoryFileSystem();
  const others = [".DS_Store", "0000000000000001 (conflicted copy)", "notes"];
  for (const folder of [JOURNAL_FOLDER, TEMPORARY_FOLDER, `${JOURNAL_FOLDER}/.stfolder`])
    await files.makeFolder(folder);
  await files.makeFolder(`${JOURNAL_FOLDER}/00000000000000ff`);
  for (const name of others)
    await files.create([{ path: `${JOURNAL_FOLDER}/${name}`, bytes: new Uint8Array() }]);
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const writer = {
    token: "a".repeat(16),
    identity: "a",
    random,
    breathe: async () => {},
    isHeld: async () => true,
  };
  const journal = new Journal(files, writer, unprotected);
  await journal.follow();
  await journal.append([changes("1")]);
  await journal.restart();
  const left = (await files.list(JOURNAL_FOLDER))?.map(({ name }) => name).sort();
  expect(left).toEqual(["0000000000000002", "00000000000000ff", ".stfolder", ...others].sort());
});
