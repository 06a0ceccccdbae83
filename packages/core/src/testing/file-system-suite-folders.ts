import type { FileSystem } from "../file-system/file-system.ts";
import { assert, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import { expectText, namesIn, startNamed, utf8 } from "./file-system-suite-steps.ts";

/** The obligations on folders: list, names, stamp, makeFolder. */
export const folders: readonly Obligation[] = [
  {
    name: "list() gives all entries with their kinds, and no . or ..",
    needs: [],
    async test(files) {
      await startNamed(files, ["a", ".hidden"]);
      await files.makeFolder("folder/deeper");
      const entries = (await files.list("."))?.map(({ name, kind }) => `${name} ${kind}`).sort();
      assertEqual(entries, [".hidden file", "a file", "folder folder"], "the root");
      assertEqual(await files.list("folder"), [{ name: "deeper", kind: "folder" }], "the folder");
      assertEqual(await files.list("folder/deeper"), [], "the empty folder");
    },
  },
  {
    name: "list() gives undefined if there is no such folder, and throws ENOTDIR for a file",
    needs: [],
    async test(files) {
      assertEqual(await files.list("."), undefined, "the root that nobody made");
      await startNamed(files, ["a"]);
      assertEqual(await files.list("absent"), undefined, "no such folder");
      assertEqual(await files.list("absent/deeper"), undefined, "nor one above it");
      await assertRejects(files.list("a"), ["ENOTDIR"], "a file");
      await assertRejects(files.list("a/deeper"), ["ENOTDIR"], "a path through a file");
    },
  },
  {
    name: "list() gives each of 5,000 entries once",
    needs: [],
    async test(files) {
      const paths = Array.from({ length: 5000 }, (_, i) => `file-${i}`);
      await startNamed(files, paths);
      assertEqual(await namesIn(files, "."), paths.sort(), "the names");
    },
  },
  {
    name: "list() and makeFolder() refuse symbolic links with ELOOP, and list() shows them as other",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await files.makeFolder("folder/deeper");
      await outside.symbolicLink("folder", "link");
      await outside.symbolicLink("nowhere", "dangling");
      await assertRejects(files.list("link"), ["ELOOP"], "list of a link");
      await assertRejects(files.list("link/deeper"), ["ELOOP"], "list with a link on the way");
      await assertRejects(files.makeFolder("link"), ["ELOOP"], "makeFolder at a link");
      await assertRejects(files.makeFolder("link/new"), ["ELOOP"], "makeFolder below a link");
      await assertRejects(files.makeFolder("dangling/new"), ["ELOOP"], "makeFolder below a dangling link");
      const kinds = (await files.list("."))?.map(({ name, kind }) => `${name} ${kind}`).sort();
      assertEqual(kinds, ["dangling other", "folder folder", "link other"], "the root");
      assertEqual(await namesIn(files, "folder"), ["deeper"], "what makeFolder() left behind a link");
    },
  },
  {
    name: "names() gives the names of all entries, whatever they are, and undefined for no folder",
    needs: [],
    async test(files) {
      assertEqual(await files.names("."), undefined, "the root that nobody made");
      const paths = Array.from({ length: 500 }, (_, i) => `file-${i}`);
      await startNamed(files, [...paths, ".hidden", "\u{1f41f}", "\uff5e"]);
      await files.makeFolder("folder/deeper");
      const expected = [...paths, ".hidden", "\u{1f41f}", "\uff5e", "folder"].sort();
      assertEqual((await files.names("."))?.sort(), expected, "the root");
      assertEqual(await files.names("folder"), ["deeper"], "the folder");
      assertEqual(await files.names("folder/deeper"), [], "the empty folder");
      assertEqual(await files.names("absent/deeper"), undefined, "no such folder");
      await assertRejects(files.names("file-1"), ["ENOTDIR"], "a file");
      await assertRejects(files.names("file-1/deeper"), ["ENOTDIR"], "a path through a file");
    },
  },
  {
    name: "names() refuses symbolic links with ELOOP, and lists their names; stamp() is undefined for them",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await files.makeFolder("folder/deeper");
      await outside.symbolicLink("folder", "link");
      await settledStamp(files, ".");
      await assertRejects(files.names("link"), ["ELOOP"], "names of a link");
      await assertRejects(files.names("link/deeper"), ["ELOOP"], "names with a link on the way");
      assertEqual((await files.names("."))?.sort(), ["folder", "link"], "the root");
      await settledStamp(files, ".");
      assertEqual(
        [await files.stamp("link"), await files.stamp("link/deeper")],
        [undefined, undefined],
        "stamps",
      );
    },
  },
  {
    name: "stamp() stays while no entry changes, and is another after each change of one, also by another adapter",
    needs: [],
    async test(files, { again }) {
      const other = again();
      // Each in a folder of its own, as a stamp may take seconds to settle.
      const changes = new Map<string, () => Promise<unknown>>([
        ["created", () => other.create([{ path: "created/new", bytes: utf8.encode("text") }])],
        ["replaced", () => files.rename([{ from: "elsewhere/b", to: "replaced/a" }])],
        ["left", () => files.rename([{ from: "left/a", to: "elsewhere/c" }])],
        ["entered", () => other.rename([{ from: "elsewhere/a", to: "entered/c" }])],
        ["removed", () => other.remove(["removed/a"])],
        ["linked", () => files.link("linked/a", "linked/c")],
        ["grown", () => other.makeFolder("grown/folder")],
      ]);
      for (const folder of [...changes.keys(), "elsewhere"]) {
        await files.makeFolder(folder);
        const named = ["a", "b"].map((name) => ({ path: `${folder}/${name}`, bytes: utf8.encode("text") }));
        await files.create(named);
      }
      const seen = new Map<string, string>();
      for (const folder of changes.keys()) seen.set(folder, await settledStamp(files, folder));
      for (const [folder, change] of changes) {
        const before = seen.get(folder);
        assertEqual(await files.stamp(folder), before, `${folder}, with nothing changed`);
        await change();
        assert(
          (await files.stamp(folder)) !== before,
          `${folder}: a change must not leave the stamp as it was`,
        );
      }
      for (const [folder, before] of seen)
        assert((await settledStamp(files, folder)) !== before, `${folder}: nor may it come back`);
      await other.close();
    },
  },
  {
    name: "stamp() never stays the same over changes in quick succession",
    needs: [],
    async test(files) {
      await startNamed(files, ["a"]);
      const stamps: (string | undefined)[] = [];
      for (let i = 0; i < 100; i++) {
        await files.create([{ path: `new-${i}`, bytes: utf8.encode("text") }]);
        stamps.push(await files.stamp("."));
      }
      const told = stamps.filter((stamp) => stamp !== undefined);
      assertEqual(new Set(told).size, told.length, "different stamps");
    },
  },
  {
    name: "stamp() gives undefined for no folder, and for a file",
    needs: [],
    async test(files) {
      assertEqual(await files.stamp("."), undefined, "the root that nobody made");
      await startNamed(files, ["a"]);
      await settledStamp(files, ".");
      const none = [await files.stamp("absent"), await files.stamp("a"), await files.stamp("a/b")];
      assertEqual(none, [undefined, undefined, undefined], "no folder");
    },
  },
  {
    name: "makeFolder() returns what it made, outermost first, the root included",
    needs: [],
    async test(files) {
      assertEqual(await files.makeFolder("a/b"), [".", "a", "a/b"], "all of them");
      assertEqual(await files.makeFolder("a/b"), [], "nothing the second time");
      assertEqual(await files.makeFolder("a/c/d"), ["a/c", "a/c/d"], "only those that were missing");
      assertEqual(await files.makeFolder("."), [], "the root that exists");
    },
  },
  {
    name: "kinds(), list(), makeFolder() and syncFolders() take a root that is a symbolic link for the folder that it leads to",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await outside.symbolicLink(".", ".");
      assertEqual(await files.makeFolder("folder"), ["folder"], "what was made");
      await files.syncFolders([".", "folder"]);
      assertEqual(await files.kinds([".", "folder"]), ["folder", "folder"], "the kinds");
      assert((await namesIn(files, "."))?.includes("folder") === true, "the folder must be listed");
    },
  },
  {
    name: "makeFolder() accepts being called by several at once",
    needs: [],
    async test(files, { again }) {
      const other = again();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? files : other).makeFolder("a/b/c")),
      );
      await other.close();
      assertEqual(await files.list("a/b"), [{ name: "c", kind: "folder" }], "the folder above");
    },
  },
  {
    name: "makeFolder() throws if a file is in the way",
    needs: [],
    async test(files) {
      await startNamed(files, ["a"]);
      await assertRejects(files.makeFolder("a"), ["ENOTDIR", "EEXIST"], "at its place");
      await assertRejects(files.makeFolder("a/b"), ["ENOTDIR", "EEXIST"], "on the way");
      await expectText(files, "a", "text of a");
    },
  },
  {
    name: "makeFolder() makes folders of mode 0700, the root included",
    needs: ["mode"],
    async test(files, { outside }) {
      await files.makeFolder("a/b");
      for (const folder of [".", "a", "a/b"]) {
        assertEqual((await outside.mode(folder)).toString(8), "700", `the mode of ${folder}`);
      }
    },
  },
];

/** The stamp, once the adapter trusts the time of the last change. */
async function settledStamp(files: FileSystem, folder: string): Promise<string> {
  for (;;) {
    const stamp = await files.stamp(folder);
    if (stamp !== undefined) return stamp;
    // Up to two seconds, where times of change are whole seconds: without a pause, others would wait too.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
