import type { FileSystem, Replacement } from "../file-system/file-system.ts";
import { assertBytes, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import {
  expectFile,
  expectText,
  expectWhole,
  namesIn,
  pattern,
  startNamed,
  utf8,
} from "./file-system-suite-steps.ts";

/** Small and large batches are handled differently. */
const COUNTS = [3, 900];
/** Nothing, the text of a record, and more than any adapter handles in one go. */
const SIZES = [0, 2600, 700 * 1024];

/** The obligations on replacing files. */
export const replacements: readonly Obligation[] = [
  {
    name: "replace() puts files in empty places and in those of others, and leaves none of the temporary names",
    needs: [],
    async test(files) {
      for (const count of COUNTS) {
        await files.makeFolder(`${count}/tmp`);
        const given = made(count);
        await files.create(given.slice(0, count / 2).map(({ path }) => ({ path, bytes: utf8.encode(path) })));
        await files.replace(given);
        await expectAll(files, given);
        assertEqual(await namesIn(files, `${count}/tmp`), [], `temporary names, of ${count}`);
      }
    },
  },
  {
    name: "replace() takes files of every length, from none to many megabytes, few at once and many",
    needs: [],
    async test(files) {
      for (const count of COUNTS) {
        await files.makeFolder(`${count}/tmp`);
        const given = made(count).map((file, i) => {
          const size = i < 3 ? SIZES[i] : 100;
          return { ...file, bytes: pattern(size ?? 0, i) };
        });
        const long = { ...(given[1] as Replacement), bytes: pattern(9 * 1024 * 1024, 1) };
        await files.replace([given[0] as Replacement, long, ...given.slice(2)]);
        await expectFile(files, long.path, long.bytes);
        await expectAll(files, [given[0] as Replacement, ...given.slice(2)]);
      }
    },
  },
  {
    name: "replace() of a name twice leaves the latter",
    needs: [],
    async test(files) {
      await startNamed(files, ["a"]);
      await files.replace([
        { path: "a", temporary: "t", bytes: utf8.encode("first") },
        { path: "a", temporary: "t", bytes: utf8.encode("second") },
      ]);
      await expectText(files, "a", "second");
    },
  },
  {
    name: "replace() throws EEXIST if a temporary name is taken, leaves that file as it is, and puts no part of one in place",
    needs: [],
    async test(files) {
      for (const count of COUNTS) {
        await files.makeFolder(`${count}/tmp`);
        const given = made(count);
        const taken = given[Math.floor(count / 2)] as Replacement;
        await files.create([{ path: taken.temporary, bytes: utf8.encode("another's") }]);
        await assertRejects(files.replace(given), ["EEXIST"], "replace");
        assertEqual(await files.kinds([taken.path]), [undefined], "the file that was not written");
        await expectText(files, taken.temporary, "another's");
        const found = await files.read(given.map(({ path }) => path));
        for (const [i, { path, bytes }] of given.entries())
          if (found[i] !== undefined) assertBytes(found[i], bytes, path);
      }
    },
  },
  {
    name: "replace() does not put a file in a folder's place",
    needs: [],
    async test(files) {
      await startNamed(files, ["a"]);
      await files.makeFolder("folder");
      const replacing = files.replace([
        { path: "a", temporary: "t1", bytes: utf8.encode("new") },
        { path: "folder", temporary: "t2", bytes: utf8.encode("new") },
      ]);
      await assertRejects(replacing, ["EISDIR", "EEXIST", "ENOTEMPTY", "EPERM", "EACCES"], "a folder");
      await expectText(files, "a", "new");
      assertEqual(await files.kinds(["folder"]), ["folder"], "the folder");
    },
  },
  {
    name: "replace() shows readers at each moment the whole of the old file or of the new one",
    needs: [],
    async test(files, { again }) {
      await expectWhole(files, again(), (bytes) => files.replace([{ path: "a", temporary: "t", bytes }]));
    },
  },
];

/** `count` files with distinct texts, each with a temporary name. */
function made(count: number): Replacement[] {
  return Array.from({ length: count }, (_, i) => ({
    path: `${count}/${i}`,
    temporary: `${count}/tmp/${i}`,
    bytes: utf8.encode(`the new text of ${i}`),
  }));
}

async function expectAll(files: FileSystem, given: readonly Replacement[]): Promise<void> {
  const found = await files.read(given.map(({ path }) => path));
  for (const [i, { path, bytes }] of given.entries()) assertBytes(found[i], bytes, path);
}
