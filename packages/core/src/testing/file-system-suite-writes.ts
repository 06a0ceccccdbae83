import { assertBytes, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import { absences, expectFile, file, pattern, start, utf8 } from "./file-system-suite-steps.ts";

/** The obligations on what is created, written and synced. */
export const writes: readonly Obligation[] = [
  {
    name: "create() and write() leave the caller's bytes as they were, and keep none of them",
    needs: [],
    async test(files) {
      const whole = pattern(64 * 1024, 5);
      const part = whole.subarray(100, 60_000);
      await files.makeFolder(".");
      const many = Array.from({ length: 300 }, (_, i) => ({
        path: `many-${i}`,
        bytes: part.subarray(i, i + 999),
      }));
      await files.create([{ path: "a", bytes: part }, ...many]);
      await files.write("a", 0, part);
      assertBytes(whole, pattern(64 * 1024, 5), "the caller's bytes");
      whole.fill(0);
      await expectFile(files, "a", pattern(64 * 1024, 5).subarray(100, 60_000));
    },
  },
  {
    name: "create() throws EEXIST if there is such a file or folder, and leaves it alone",
    needs: [],
    async test(files) {
      await start(files, { a: "first" });
      await files.makeFolder("folder");
      await assertRejects(files.create([file("a", "other")]), ["EEXIST"], "a file");
      await assertRejects(files.create([file("folder", "other")]), ["EEXIST"], "a folder");
      const batch = Array.from({ length: 200 }, (_, i) => file(i === 150 ? "a" : `new-${i}`, "other"));
      await assertRejects(files.create(batch), ["EEXIST"], "one of a batch");
      await expectFile(files, "a", utf8.encode("first"));
    },
  },
  {
    name: "create() throws ENOENT if there is no such folder",
    needs: [],
    async test(files) {
      await files.makeFolder(".");
      await assertRejects(files.create([file("folder/a", "text")]), ["ENOENT"], "create");
    },
  },
  {
    name: "write() changes bytes in place, appends, and fills a gap with zeros",
    needs: [],
    async test(files) {
      await start(files, { a: "0123456789" });
      await files.write("a", 2, utf8.encode("ab"));
      await expectFile(files, "a", utf8.encode("01ab456789"));
      await files.write("a", 9, utf8.encode("xyz"));
      await expectFile(files, "a", utf8.encode("01ab45678xyz"));
      await files.write("a", 14, utf8.encode("!"));
      await expectFile(files, "a", utf8.encode("01ab45678xyz\0\0!"));
    },
  },
  {
    name: "write() of nothing leaves a file as it is, also beyond its end",
    needs: [],
    async test(files) {
      await start(files, { a: "0123", empty: "" });
      for (const [path, text] of Object.entries({ a: "0123", empty: "" })) {
        for (const offset of [0, 2, 100]) await files.write(path, offset, new Uint8Array());
        await expectFile(files, path, utf8.encode(text));
      }
    },
  },
  {
    name: "write() throws ENOENT if there is no such file, and makes none",
    needs: [],
    async test(files) {
      await files.makeFolder(".");
      await assertRejects(files.write("a", 0, utf8.encode("text")), ["ENOENT"], "write");
      await assertRejects(files.write("a", 0, new Uint8Array()), ["ENOENT"], "write of nothing");
      assertEqual(await absences(files, ["a"]), [true], "whether it is absent");
    },
  },
  {
    name: "sync() and syncFolders() accept what exists, and what does not",
    needs: [],
    async test(files) {
      const many = Array.from({ length: 1000 }, (_, i) => ({ path: `folder/${i}`, bytes: pattern(i, i) }));
      await files.sync(["absent"]);
      await files.sync(many.map(({ path }) => path));
      await files.syncFolders([".", "absent"]);
      await start(files, { a: "first", b: "second" });
      await files.makeFolder("folder");
      await files.sync(["a", "absent", "absent/deeper", "b", "a"]);
      await files.syncFolders([".", "absent", "absent/deeper", "folder"]);
      await files.create(many);
      await files.sync(["absent", ...many.map((file) => file.path)]);
      assertEqual(await absences(files, ["absent", "a", "b"]), [true, false, false], "what is absent");
    },
  },
  {
    name: "sync() and syncFolders() throw ENOTDIR for a path through a file, and syncFolders() for a file",
    needs: [],
    async test(files) {
      await start(files, { a: "first" });
      await assertRejects(files.sync(["a/deeper"]), ["ENOTDIR"], "sync through a file");
      await assertRejects(files.syncFolders(["a"]), ["ENOTDIR"], "syncFolders of a file");
      await assertRejects(files.syncFolders(["a/deeper"]), ["ENOTDIR"], "syncFolders through a file");
    },
  },
  {
    name: "create() and announce() make files of mode 0600",
    needs: ["mode"],
    async test(files, { outside }) {
      await start(files, { a: "first" });
      await files.announce(file("b", "second"));
      for (const path of ["a", "b"])
        assertEqual((await outside.mode(path)).toString(8), "600", `the mode of ${path}`);
    },
  },
];
