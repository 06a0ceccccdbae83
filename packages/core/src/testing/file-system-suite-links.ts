import type { FileSystem } from "../file-system/file-system.ts";
import { assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import { expectText, file, namesIn, pattern, startNamed, utf8 } from "./file-system-suite-steps.ts";

/** More than any adapter writes in one go. */
const LONG = 9 * 1024 * 1024;

/** The obligations of the methods that change something on symbolic links and named pipes. */
export const links: readonly Obligation[] = [
  {
    name: "write() and sync() refuse a symbolic link with ELOOP, dangling or not, and leave alone what it leads to",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await startNamed(files, ["a"]);
      await outside.symbolicLink("a", "to-file");
      await outside.symbolicLink("nowhere", "to-nothing");
      for (const link of ["to-file", "to-nothing"]) {
        await assertRejects(files.write(link, 0, utf8.encode("TEXT")), ["ELOOP"], `write to ${link}`);
        await assertRejects(files.write(link, 0, pattern(LONG, 1)), ["ELOOP"], `a long write to ${link}`);
        await assertRejects(files.sync(["a", link]), ["ELOOP"], `sync of ${link}`);
      }
      await expectText(files, "a", "text of a");
      assertEqual(await namesIn(files, "."), ["a", "to-file", "to-nothing"], "the root");
    },
  },
  {
    name: "create() throws EEXIST if there is a symbolic link, dangling or not, and makes nothing elsewhere",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await startNamed(files, ["a"]);
      await outside.symbolicLink("a", "to-file");
      await outside.symbolicLink("nowhere", "to-nothing");
      for (const link of ["to-file", "to-nothing"])
        await assertRejects(files.create([file(link, "other")]), ["EEXIST"], link);
      await expectText(files, "a", "text of a");
      assertEqual(await namesIn(files, "."), ["a", "to-file", "to-nothing"], "the root");
    },
  },
  {
    name: "rename() and remove() change a symbolic link itself, and leave alone what it leads to",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await startNamed(files, ["a", "b"]);
      for (const link of ["renamed", "removed"]) await outside.symbolicLink("a", link);
      await files.rename([{ from: "b", to: "renamed" }]);
      await files.remove(["removed"]);
      await expectText(files, "a", "text of a");
      await expectText(files, "renamed", "text of b");
      assertEqual(await namesIn(files, "."), ["a", "renamed"], "the root");
    },
  },
  {
    name: "create(), write(), link(), rename(), remove(), sync() and syncFolders() refuse a symbolic link on the way with ELOOP",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await startNamed(files, ["b"]);
      await files.makeFolder("folder/deeper");
      await files.create([file("folder/a", "text of a")]);
      await outside.symbolicLink("folder", "link");
      for (const [method, call] of Object.entries(THROUGH_A_LINK))
        await assertRejects(call(files), ["ELOOP"], method);
      await expectText(files, "b", "text of b");
      await expectText(files, "folder/a", "text of a");
      assertEqual(await namesIn(files, "folder"), ["a", "deeper"], "the folder");
    },
  },
  {
    name: "write() refuses a named pipe, and neither it nor sync() waits for one",
    needs: ["pipe"],
    async test(files, { outside }) {
      await startNamed(files, ["a"]);
      await outside.pipe("pipe");
      await assertRejects(files.write("pipe", 0, utf8.encode("text")), ["ENOTSUP"], "write");
      // Syncing a pipe does nothing, or fails: both are right.
      await files.sync(["pipe"]).catch(() => undefined);
      assertEqual(await files.kinds(["pipe", "a"]), ["other", "file"], "the kinds");
    },
  },
];

/** Calls whose paths lead through the link `link` to the folder that has the file `a`. */
const THROUGH_A_LINK: Readonly<Record<string, (files: FileSystem) => Promise<unknown>>> = {
  "create()": (files) => files.create([file("link/b", "other")]),
  "write()": (files) => files.write("link/a", 0, utf8.encode("TEXT")),
  "link() to": (files) => files.link("b", "link/b"),
  "link() from": (files) => files.link("link/a", "c"),
  "rename() to": (files) => files.rename([{ from: "b", to: "link/b" }]),
  "rename() from": (files) => files.rename([{ from: "link/a", to: "c" }]),
  "remove()": (files) => files.remove(["link/a"]),
  "sync()": (files) => files.sync(["link/a"]),
  "syncFolders() of a link": (files) => files.syncFolders([".", "link"]),
  "syncFolders()": (files) => files.syncFolders(["link/deeper"]),
};
