import type { EntryKind, FileSystem } from "../file-system/file-system.ts";
import { assert, assertBytes, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";

const utf8 = new TextEncoder();

/** The obligations on names and folders: link, rename, remove, list, makeFolder. */
export const foldersAndLinks: readonly Obligation[] = [
  {
    name: "link() gives a file a second name, of the same bytes",
    needs: [],
    async test(files) {
      await start(files, ["a"]);
      await files.makeFolder("folder");
      assertEqual(await files.link("a", "folder/b"), true, "link");
      await files.write("a", 0, utf8.encode("TEXT"));
      await expectText(files, "folder/b", "TEXT of a");
      await files.remove(["a"]);
      await expectText(files, "folder/b", "TEXT of a");
    },
  },
  {
    name: "link() gives false where the name is taken, and does nothing",
    needs: [],
    async test(files) {
      await start(files, ["a", "b"]);
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
      await start(files, contenders);
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
    name: "link() throws ENOENT where there is no such file",
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
      await start(files, ["a", "b", "c"]);
      await files.makeFolder("folder");
      await files.rename([
        { from: "a", to: "folder/a" },
        { from: "b", to: "c" },
        { from: "c", to: "b" },
      ]);
      assertEqual(await names(files, "."), ["b", "folder"], "the root");
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
        await start(
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
      await start(files, ["a"]);
      const reader = again();
      let done = false;
      const writing = (async () => {
        for (let i = 0; i < 200; i++) {
          await files.create([{ path: `tmp-${i}`, bytes: new Uint8Array(5000).fill(i % 7) }]);
          await files.rename([{ from: `tmp-${i}`, to: "a" }]);
        }
      })().finally(() => {
        done = true;
      });
      for (let seen = 0; !done || seen === 0; seen++) {
        const [bytes] = await reader.read(["a"]);
        const first = bytes instanceof Uint8Array ? (bytes[0] ?? -1) : -1;
        const whole = first < 7 ? new Uint8Array(5000).fill(first) : utf8.encode("text of a");
        assertBytes(bytes, whole, "what a reader saw");
      }
      await writing;
      await reader.close();
    },
  },
  {
    name: "remove() removes files, and those that are not there are no error",
    needs: [],
    async test(files) {
      await start(files, ["a", "b", "c"]);
      await files.remove(["a", "absent", "folder/absent", "c", "a"]);
      assertEqual(await names(files, "."), ["b"], "what is left");
    },
  },
  {
    name: "remove() and rename() do not remove a folder",
    needs: [],
    async test(files) {
      await start(files, ["a"]);
      await files.makeFolder("folder");
      await assertRejects(files.remove(["folder"]), ["EISDIR", "EPERM"], "remove");
      await assertRejects(
        files.rename([{ from: "a", to: "folder" }]),
        ["EISDIR", "EEXIST", "EPERM"],
        "rename",
      );
      assertEqual(await names(files, "."), ["a", "folder"], "what is left");
    },
  },
  {
    name: "kinds() tells files, folders and nothing apart, in the order asked",
    needs: [],
    async test(files) {
      assertEqual(kindNames(await files.kinds([".", "a"])), ["none", "none"], "without a root");
      await start(files, ["a"]);
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
  {
    name: "list() gives all entries with their kinds, and no . or ..",
    needs: [],
    async test(files) {
      await start(files, ["a", ".hidden"]);
      await files.makeFolder("folder/deeper");
      const entries = (await files.list("."))?.map(({ name, kind }) => `${name} ${kind}`).sort();
      assertEqual(entries, [".hidden file", "a file", "folder folder"], "the root");
      assertEqual(await files.list("folder"), [{ name: "deeper", kind: "folder" }], "the folder");
      assertEqual(await files.list("folder/deeper"), [], "the empty folder");
    },
  },
  {
    name: "list() gives undefined where there is no such folder, and throws ENOTDIR for a file",
    needs: [],
    async test(files) {
      assertEqual(await files.list("."), undefined, "the root that nobody made");
      await start(files, ["a"]);
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
      await start(files, paths);
      assertEqual(await names(files, "."), paths.sort(), "the names");
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
      assertEqual(await names(files, "folder"), ["deeper"], "what makeFolder() left behind a link");
    },
  },
  {
    name: "names() gives the names of all entries, whatever they are, and undefined for no folder",
    needs: [],
    async test(files) {
      assertEqual(await files.names("."), undefined, "the root that nobody made");
      const paths = Array.from({ length: 500 }, (_, i) => `file-${i}`);
      await start(files, [...paths, ".hidden", "\u{1f41f}", "\uff5e"]);
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
    name: "names() refuses symbolic links with ELOOP, and gives the names of those that it lists; stamp() has none for them",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await files.makeFolder("folder/deeper");
      await outside.symbolicLink("folder", "link");
      await assertRejects(files.names("link"), ["ELOOP"], "names of a link");
      await assertRejects(files.names("link/deeper"), ["ELOOP"], "names with a link on the way");
      assertEqual((await files.names("."))?.sort(), ["folder", "link"], "the root");
      assertEqual([await files.stamp("link"), await files.stamp("link/deeper")], [null, null], "stamps");
    },
  },
  {
    name: "stamp() stays while no entry changes, and is another after each change of one, also by another adapter",
    needs: [],
    async test(files, { again }) {
      await start(files, ["a", "b", "c"]);
      await files.makeFolder("folder");
      await files.create([{ path: "folder/d", bytes: utf8.encode("text of d") }]);
      const other = again();
      const changes: (() => Promise<unknown>)[] = [
        () => other.create([{ path: "new", bytes: utf8.encode("text") }]),
        () => files.rename([{ from: "new", to: "a" }]),
        () => files.rename([{ from: "b", to: "folder/b" }]),
        () => other.rename([{ from: "folder/d", to: "d" }]),
        () => other.remove(["c"]),
        () => files.link("a", "linked"),
        () => other.makeFolder("another"),
      ];
      const seen = new Set<string>();
      for (const change of changes) {
        const before = await settledStamp(files, ".");
        assertEqual(await files.stamp("."), before, "with nothing changed");
        seen.add(before);
        await change();
        assert((await files.stamp(".")) !== before, "a change must not leave the stamp as it was");
      }
      seen.add(await settledStamp(files, "."));
      assertEqual(seen.size, changes.length + 1, "different stamps");
      await other.close();
    },
  },
  {
    name: "stamp() never stays the same over changes in quick succession",
    needs: [],
    async test(files) {
      await start(files, ["a"]);
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
      assertEqual([await files.stamp(".")], [null], "the root that nobody made");
      await start(files, ["a"]);
      const none = [await files.stamp("absent"), await files.stamp("a"), await files.stamp("a/b")];
      assertEqual(none, [null, null, null], "no folder");
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
    name: "makeFolder() throws where a file is in the way",
    needs: [],
    async test(files) {
      await start(files, ["a"]);
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

async function start(files: FileSystem, paths: readonly string[]): Promise<void> {
  await files.makeFolder(".");
  await files.create(paths.map((path) => ({ path, bytes: utf8.encode(`text of ${path}`) })));
}

async function names(files: FileSystem, folder: string): Promise<string[] | undefined> {
  return (await files.list(folder))?.map((entry) => entry.name).sort();
}

/** The stamp, as soon as the adapter trusts the time of the last change. */
async function settledStamp(files: FileSystem, folder: string): Promise<string> {
  for (;;) {
    const stamp = await files.stamp(folder);
    if (stamp !== undefined) return stamp;
  }
}

/** JSON has no undefined. */
function kindNames(kinds: readonly (EntryKind | undefined)[]): string[] {
  return kinds.map((kind) => kind ?? "none");
}

async function expectText(files: FileSystem, path: string, text: string): Promise<void> {
  const [found] = await files.read([path]);
  assertBytes(found, utf8.encode(text), path);
}
