import type { FileSystem, Move, NewFile } from "../file-system/file-system.ts";
import { assertBytes, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import { expectFile, expectText, file, namesIn, pattern, startNamed } from "./file-system-suite-steps.ts";

/** Small and large batches are handled differently. */
const COUNTS = [3, 900];
/** Nothing, the text of a record, and more than any adapter handles in one go. */
const SIZES = [0, 2600, 700 * 1024];

/** The obligations on putting files in place: made under temporary names, many at once, and renamed. */
export const placing: readonly Obligation[] = [
  {
    name: "create() and rename() put files in empty places and in those of others, few at once and many",
    needs: [],
    async test(files) {
      for (const count of COUNTS) {
        await files.makeFolder(`${count}/tmp`);
        const { created, moves } = made(count);
        await files.create(moves.slice(0, count / 2).map(({ to }) => file(to, `old text of ${to}`)));
        await files.create(created);
        await files.rename(moves);
        await expectAll(files, created, moves);
        assertEqual(await namesIn(files, `${count}/tmp`), [], `temporary names, of ${count}`);
      }
    },
  },
  {
    name: "create() takes files of every length, from none to many megabytes, few at once and many",
    needs: [],
    async test(files) {
      for (const count of COUNTS) {
        await files.makeFolder(`${count}/tmp`);
        const created = made(count).created.map(({ path }, i) => ({
          path,
          bytes: pattern(SIZES[i] ?? 100, i),
        }));
        const long = { path: `${count}/tmp/long`, bytes: pattern(9 * 1024 * 1024, 1) };
        await files.create([...created.slice(0, 2), long, ...created.slice(2)]);
        await expectFile(files, long.path, long.bytes);
        for (const { path, bytes } of created.slice(0, 10)) await expectFile(files, path, bytes);
        assertEqual((await namesIn(files, `${count}/tmp`))?.length, count + 1, `the files, of ${count}`);
      }
    },
  },
  {
    name: "create() of many files throws EEXIST if one name is taken, leaves that file as it is, and makes no part of one",
    needs: [],
    async test(files) {
      for (const count of COUNTS) {
        await files.makeFolder(`${count}/tmp`);
        const { created } = made(count);
        const taken = created[Math.floor(count / 2)]?.path ?? "";
        await files.create([file(taken, "another's")]);
        await assertRejects(files.create(created), ["EEXIST"], "create");
        await expectText(files, taken, "another's");
        const found = await files.read(created.map(({ path }) => path));
        for (const [i, { path, bytes }] of created.entries())
          if (found[i] !== undefined && path !== taken) assertBytes(found[i], bytes, path);
      }
    },
  },
  {
    name: "rename() of two files to one name leaves the latter",
    needs: [],
    async test(files) {
      await startNamed(files, ["a", "first", "second"]);
      await files.rename(["first", "second"].map((from) => ({ from, to: "a" })));
      await expectText(files, "a", "text of second");
    },
  },
];

/** `count` files with distinct texts under temporary names, and how they get to their places. */
function made(count: number): { readonly created: readonly NewFile[]; readonly moves: readonly Move[] } {
  const names = Array.from({ length: count }, (_, i) => i);
  return {
    created: names.map((i) => file(`${count}/tmp/${i}`, `the new text of ${i}`)),
    moves: names.map((i) => ({ from: `${count}/tmp/${i}`, to: `${count}/${i}` })),
  };
}

async function expectAll(
  files: FileSystem,
  created: readonly NewFile[],
  moves: readonly Move[],
): Promise<void> {
  const found = await files.read(moves.map(({ to }) => to));
  for (const [i, { path, bytes }] of created.entries()) assertBytes(found[i], bytes, path);
}
