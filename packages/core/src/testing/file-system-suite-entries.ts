import type { EntryKind } from "../file-system/file-system.ts";
import { assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import { expectText, expectWhole, namesIn, startNamed, utf8 } from "./file-system-suite-steps.ts";

/** The obligations on the entries of folders: link, rename, remove, kinds. */
export const entries: readonly Obligation[] = [
  {
    name: "link() gives a file a second name, of the same bytes",
    needs: [],
    async test(files) {
      await startNamed(files, ["a"]);
      await files.makeFolder("folder");
      assertEqual(await files.link("a", "folder/b"), true, "link");
      await files.write("a", 0, utf8.encode("TEXT"));
      await expectText(files, "folder/b", "TEXT of a");
      await files.remove(["a"]);
      await expectText(files, "folder/b", "TEXT of a");
    },
  },
  {
    name: "link() gives false if the name is taken, and does nothing",
    needs: [],
    async test(files) {
      await startNamed(files, ["a", "b"]);
      await files.makeFolder("folder");
      assertEqual(await files.link("a", "b"), false, "a file's name");
      assertEqual(await files.link("a", "a"), false, "its own name");
      assertEqual(await files.link("a", "folder"), false, "a folder's name");
      await expectText(files, "b", "text of b");
    },
  },
  {
    name: "link() gives true to exactly one of 50 that link to one name at once",
    needs: [],
    async test(files, { again }) {
      const contenders = Array.from({ length: 50 }, (_, i) => `contender-${i}`);
      await startNamed(files, contenders);
      const other = again();
      const outcomes = await Promise.all(
        contenders.map((name, i) => (i % 2 === 0 ? files : other).link(name, "name")),
      );
      await other.close();
      const winners = contenders.filter((_, i) => outcomes[i] === true);
      assertEqual(winners.length, 1, "how many were told true");
      await expectText(files, "name", `text of ${winners[0]}`);
    },
  },
  {
    name: "link() throws ENOENT if there is no such file",
    needs: [],
    async test(files) {
      await files.makeFolder(".");
      await assertRejects(files.link("absent", "a"), ["ENOENT"], "link");
    },
  },
  {
    name: "rename() moves onto new names and over existing files, in the order given",
    needs: [],
    async test(files) {
      await startNamed(files, ["a", "b", "c"]);
      await files.makeFolder("folder");
      await files.rename([
        { from: "a", to: "folder/a" },
        { from: "b", to: "c" },
        { from: "c", to: "b" },
      ]);
      assertEqual(await namesIn(files, "."), ["b", "folder"], "the root");
      await expectText(files, "b", "text of b");
      await expectText(files, "folder/a", "text of a");
    },
  },
  {
    name: "rename() stops at the first that fails: those before are done, those after are not",
    needs: [],
    async test(files) {
      for (const count of [3, 900]) {
        const old = Array.from({ length: count }, (_, i) => `old-${count}-${i}`);
        const missing = Math.floor(count / 2);
        await startNamed(
          files,
          old.filter((_, i) => i !== missing),
        );
        const moves = old.map((from, i) => ({ from, to: `new-${count}-${i}` }));
        await assertRejects(files.rename(moves), ["ENOENT"], "rename");
        const found = await files.read(moves.map((move) => move.to));
        const moved = found.filter((bytes) => bytes instanceof Uint8Array).length;
        assertEqual(moved, missing, `files moved, of ${count}`);
      }
    },
  },
  {
    name: "rename() never shows a reader anything but the old file or the new one",
    needs: [],
    async test(files, { again }) {
      await expectWhole(files, again(), async (bytes) => {
        await files.create([{ path: "temporary", bytes }]);
        await files.rename([{ from: "temporary", to: "a" }]);
      });
    },
  },
  {
    name: "remove() removes files, and those that are not there are no error",
    needs: [],
    async test(files) {
      await startNamed(files, ["a", "b", "c"]);
      await files.remove(["a", "absent", "folder/absent", "c", "a"]);
      assertEqual(await namesIn(files, "."), ["b"], "what is left");
    },
  },
  {
    name: "remove() and rename() do not remove a folder",
    needs: [],
    async test(files) {
      await startNamed(files, ["a"]);
      await files.makeFolder("folder");
      await assertRejects(files.remove(["folder"]), ["EISDIR", "EPERM"], "remove");
      await assertRejects(
        files.rename([{ from: "a", to: "folder" }]),
        ["EISDIR", "EEXIST", "EPERM"],
        "rename",
      );
      assertEqual(await namesIn(files, "."), ["a", "folder"], "what is left");
    },
  },
  {
    name: "kinds() tells files, folders and nothing apart, in the order asked",
    needs: [],
    async test(files) {
      assertEqual(kindNames(await files.kinds([".", "a"])), ["none", "none"], "without a root");
      await startNamed(files, ["a"]);
      await files.makeFolder("folder/deeper");
      const paths = ["folder", "a", "absent", "folder/deeper", "absent/deeper", "."];
      const expected = ["folder", "file", "none", "folder", "none", "folder"];
      assertEqual(kindNames(await files.kinds(paths)), expected, "the kinds");
      assertEqual(kindNames(await files.kinds(["a/inside"])), ["other"], "with a file on the way");
      assertEqual(await files.kinds([]), [], "of nothing");
      const many = Array.from({ length: 200 }, () => paths).flat();
      const wanted = Array.from({ length: 200 }, () => expected).flat();
      assertEqual(kindNames(await files.kinds(many)), wanted, "the kinds of many");
    },
  },
  {
    name: "kinds() gives other for a symbolic link, in the last part or on the way",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await files.makeFolder("folder");
      await files.create([{ path: "folder/a", bytes: utf8.encode("text of a") }]);
      await outside.symbolicLink("folder", "link");
      await outside.symbolicLink("nowhere", "dangling");
      const found = await files.kinds(["link", "dangling", "link/a", "link/absent", "folder/a"]);
      assertEqual(kindNames(found), ["other", "other", "other", "other", "file"], "the kinds");
    },
  },
];

/** JSON has no `undefined`. */
function kindNames(kinds: readonly (EntryKind | undefined)[]): string[] {
  return kinds.map((kind) => kind ?? "none");
}
