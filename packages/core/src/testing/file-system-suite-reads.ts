import { assert, assertBytes, assertCode, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import { absences, expectFile, file, pattern, start, utf8 } from "./file-system-suite-steps.ts";

/** The obligations on reads: bytes, their order, errors, and things that are not files. */
export const reads: readonly Obligation[] = [
  {
    name: "read() gives each file's bytes, in the order asked, and undefined for none",
    needs: [],
    async test(files) {
      await start(files, { a: "first", b: "second" });
      const [b, absent, a, again] = await files.read(["b", "absent", "a", "b"]);
      assertBytes(b, utf8.encode("second"), "b");
      assertEqual(absent, undefined, "a file that does not exist");
      assertBytes(a, utf8.encode("first"), "a");
      assertBytes(again, utf8.encode("second"), "b, asked for twice");
      assertEqual((await files.read(["a", "absent"])).length, 2, "results, the last of them none");
    },
  },
  {
    name: "read() gives undefined if the folder or the root does not exist",
    needs: [],
    async test(files) {
      assertEqual(await absences(files, ["a", "folder/a"]), [true, true], "without a root");
      await files.makeFolder(".");
      assertEqual(await absences(files, ["a", "folder/deeper/a"]), [true, true], "without the folder");
    },
  },
  {
    name: "read() gives one file's error in its place, beside the others' bytes",
    needs: [],
    async test(files) {
      await start(files, { a: "first", b: "second" });
      await files.makeFolder("folder");
      const [a, folder, through, b] = await files.read(["a", "folder", "a/inside", "b"]);
      assertBytes(a, utf8.encode("first"), "the file before");
      assertCode(folder, ["EISDIR", "ENOTSUP"], "a folder");
      assertCode(through, ["ENOTDIR"], "a path through a file");
      assertBytes(b, utf8.encode("second"), "the file after");
    },
  },
  {
    name: "read() gives results that are independent of each other and of the files",
    needs: [],
    async test(files) {
      await start(files, { a: "first", b: "second" });
      const [one, b, two] = await files.read(["a", "b", "a"]);
      assert(one instanceof Uint8Array && two instanceof Uint8Array, "both reads give bytes");
      one.fill(0);
      assertBytes(two, utf8.encode("first"), "the same file, read twice");
      assertBytes(b, utf8.encode("second"), "its neighbour");
      await expectFile(files, "a", utf8.encode("first"));
    },
  },
  {
    name: "readEach() tells of each file once, with its place: its bytes, its absence or its error",
    needs: [],
    async test(files) {
      for (const count of [3, 1200]) {
        const names = Array.from({ length: count }, (_, i) => `file-${count}-${i}`);
        await files.makeFolder(`folder-${count}`);
        await files.create(names.map((path, i) => ({ path, bytes: new Uint8Array(i % 50).fill(i % 7) })));
        const paths = names.flatMap((name) => [name, `absent-${name}`, `folder-${count}`]);
        const told = new Array<number>(paths.length).fill(0);
        await files.readEach(paths, (file, place) => {
          told[place] = (told[place] ?? 0) + 1;
          const i = Math.floor(place / 3);
          if (place % 3 === 0) assertBytes(file, new Uint8Array(i % 50).fill(i % 7), paths[place] ?? "");
          else if (place % 3 === 1) assertEqual(file, undefined, "an absent file");
          else assertCode(file, ["EISDIR", "ENOTSUP"], "a folder");
        });
        assert(
          told.every((times) => times === 1),
          "each file must be told of once",
        );
      }
      await files.readEach([], () => assert(false, "nothing was asked for"));
    },
  },
  {
    name: "readEach() rejects with what the caller throws",
    needs: [],
    async test(files) {
      await files.makeFolder(".");
      const planted = Object.assign(new Error("planted"), { code: "PLANTED" });
      const reading = async (): Promise<void> =>
        files.readEach(["a", "b"], () => {
          throw planted;
        });
      await assertRejects(reading(), ["PLANTED"], "readEach");
    },
  },
  {
    name: "readRange() gives what is there: whole, cut by the end, or nothing past it",
    needs: [],
    async test(files) {
      await start(files, { a: "0123456789" });
      assertBytes(await files.readRange("a", 2, 3), utf8.encode("234"), "inside");
      for (const length of [100, 5000, Number.MAX_SAFE_INTEGER])
        assertBytes(await files.readRange("a", 8, length), utf8.encode("89"), `${length} across the end`);
      assertBytes(await files.readRange("a", 10, 5), new Uint8Array(), "at the end");
      assertBytes(await files.readRange("a", 1000, 5), new Uint8Array(), "past the end");
      assertBytes(await files.readRange("a", 3, 0), new Uint8Array(), "no bytes");
      assertEqual(await files.readRange("absent", 0, 5), undefined, "no such file");
      await files.makeFolder("folder");
      await assertRejects(files.readRange("folder", 0, 5), ["EISDIR", "ENOTSUP"], "a folder");
    },
  },
  {
    name: "readRange() gives bytes of its own, which stay as they are whatever else is read or written",
    needs: [],
    async test(files) {
      await start(files, { a: "0123456789" });
      const one = await files.readRange("a", 2, 3);
      await files.readRange("a", 5, 3);
      await files.write("a", 0, utf8.encode("abcdefghij"));
      assertBytes(one, utf8.encode("234"), "what was read before");
      one?.fill(0);
      await expectFile(files, "a", utf8.encode("abcdefghij"));
    },
  },
  {
    name: "read() gives the error of a file that may not be read, beside the others' bytes",
    needs: ["withoutRights"],
    async test(files, { outside }) {
      await start(files, { a: "first", secret: "second" });
      await files.create([{ path: "long", bytes: pattern(9 * 1024 * 1024, 1) }]);
      for (const path of ["secret", "long"]) {
        await outside.withoutRights(path, async () => {
          const [a, secret] = await files.read(["a", path]);
          assertBytes(a, utf8.encode("first"), "the other file");
          assertCode(secret, ["EACCES", "EPERM"], `the file without rights, ${path}`);
        });
      }
    },
  },
  {
    name: "read() and readRange() do not wait for a named pipe",
    needs: ["pipe"],
    async test(files, { outside }) {
      await start(files, { a: "first" });
      await outside.pipe("pipe");
      const [pipe, a] = await files.read(["pipe", "a"]);
      assertCode(pipe, ["EISDIR", "ENOTSUP"], "the pipe");
      assertBytes(a, utf8.encode("first"), "the file after");
      await assertRejects(files.readRange("pipe", 0, 5), ["EISDIR", "ENOTSUP"], "a range of the pipe");
      assertEqual((await files.list("."))?.find((entry) => entry.name === "pipe")?.kind, "other", "its kind");
    },
  },
  {
    name: "read() and readRange() refuse symbolic links with ELOOP: the file, a folder on the way, dangling",
    needs: ["symbolicLink"],
    async test(files, { outside }) {
      await files.makeFolder("folder/deeper");
      await files.create([file("folder/deeper/a", "first"), file("b", "second")]);
      await outside.symbolicLink("b", "to-file");
      await outside.symbolicLink("nowhere", "to-nothing");
      await outside.symbolicLink("folder", "to-folder");
      const [linked, dangling, through, b] = await files.read([
        "to-file",
        "to-nothing",
        "to-folder/deeper/a",
        "b",
      ]);
      assertCode(linked, ["ELOOP"], "a link to a file");
      assertCode(dangling, ["ELOOP"], "a link to nothing");
      assertCode(through, ["ELOOP"], "a link on the way");
      assertBytes(b, utf8.encode("second"), "the file itself");
      await assertRejects(files.readRange("to-file", 0, 5), ["ELOOP"], "a range through a link");
      await assertRejects(
        files.readRange("to-folder/deeper/a", 0, 5),
        ["ELOOP"],
        "a range with a link on the way",
      );
    },
  },
];
