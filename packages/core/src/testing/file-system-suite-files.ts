import type { FileSystem, NewFile } from "../file-system/file-system.ts";
import { assert, assertBytes, assertCode, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";

const MEBIBYTE = 1024 * 1024;
const utf8 = new TextEncoder();

/** The obligations on files: their bytes, their order, their errors. */
export const bytesAndNames: readonly Obligation[] = [
  {
    name: "read() gives each file's bytes, in the order asked, and undefined where there is none",
    needs: [],
    async test(files) {
      await start(files, { a: "first", b: "second" });
      const [b, absent, a, again] = await files.read(["b", "absent", "a", "b"]);
      assertBytes(b, utf8.encode("second"), "b");
      assertEqual(absent, undefined, "a file that does not exist");
      assertBytes(a, utf8.encode("first"), "a");
      assertBytes(again, utf8.encode("second"), "b, asked for twice");
    },
  },
  {
    name: "read() gives undefined where the folder or the root does not exist",
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
    name: "accepts empty batches",
    needs: [],
    async test(files) {
      assertEqual(await files.read([]), [], "nothing read");
      await files.create([]);
      await files.rename([]);
      await files.remove([]);
      await files.sync([]);
      await files.syncFolders([]);
      assertEqual(await files.list("."), undefined, "the root that nobody made");
    },
  },
  {
    name: "does 1,000 files in one batch, in every method that takes one",
    needs: [],
    async test(files) {
      await files.makeFolder("old");
      await files.makeFolder("new");
      const names = Array.from({ length: 1000 }, (_, i) => `${i}.baba`);
      const contents = names.map((_, i) => pattern(i * 7, i));
      const [old, moved] = [names.map((name) => `old/${name}`), names.map((name) => `new/${name}`)];
      await files.create(old.map((path, i) => ({ path, bytes: contents[i] ?? new Uint8Array() })));
      await files.sync(old);
      await files.syncFolders(["old", "new", "."]);
      await files.rename(old.map((from, i) => ({ from, to: moved[i] ?? "" })));
      assertEqual((await files.list("old"))?.length, 0, "left behind");
      assertEqual((await files.list("new"))?.length, 1000, "moved");
      const found = await files.read(moved);
      for (const [i, bytes] of found.entries())
        assertBytes(bytes, contents[i] ?? new Uint8Array(), `file ${i}`);
      await files.remove(moved);
      assertEqual((await files.list("new"))?.length, 0, "left after remove()");
    },
  },
  {
    name: "keeps a file of 32 MiB, in create(), read(), readRange() and write()",
    needs: [],
    async test(files) {
      const bytes = pattern(32 * MEBIBYTE, 1);
      await files.makeFolder(".");
      await files.create([{ path: "big", bytes }]);
      await expectFile(files, "big", bytes);
      assertBytes(await files.readRange("big", 5, bytes.length), bytes.subarray(5), "all but five bytes");
      const other = pattern(32 * MEBIBYTE, 2);
      await files.write("big", 3, other);
      const [written] = await files.read(["big"]);
      assert(written instanceof Uint8Array, "the file is read");
      assertBytes(written.subarray(0, 3), bytes.subarray(0, 3), "the bytes before");
      assertBytes(written.subarray(3), other, "the bytes written");
    },
  },
  {
    name: "keeps files of no bytes",
    needs: [],
    async test(files) {
      await start(files, { empty: "", other: "text" });
      await expectFile(files, "empty", new Uint8Array());
      assertBytes(await files.readRange("empty", 0, 10), new Uint8Array(), "a range of it");
      await files.write("other", 100, new Uint8Array());
      await expectFile(files, "other", utf8.encode("text"));
    },
  },
  {
    name: "keeps names of any script apart",
    needs: [],
    async test(files) {
      const names = [
        "żółw.baba",
        "日本.baba",
        "🐢.baba",
        "Ω — one.baba",
        "a b.baba",
        "%41.baba",
        "x".repeat(200),
      ];
      await files.makeFolder("naïve/мир");
      await files.create(names.map((name) => ({ path: `naïve/мир/${name}`, bytes: utf8.encode(name) })));
      for (const name of names) await expectFile(files, `naïve/мир/${name}`, utf8.encode(name));
      const listed = (await files.list("naïve/мир"))?.map((entry) => entry.name).sort();
      assertEqual(listed, [...names].sort(), "the names listed");
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
          else if (place % 3 === 1) assertEqual([file], [null], "an absent file");
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
      const reading = files.readEach(["a", "b"], () => {
        throw planted;
      });
      await assertRejects(reading, ["PLANTED"], "readEach");
    },
  },
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
    name: "create() throws EEXIST where there is such a file or folder, and leaves it alone",
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
    name: "create() throws ENOENT where there is no such folder",
    needs: [],
    async test(files) {
      await files.makeFolder(".");
      await assertRejects(files.create([file("folder/a", "text")]), ["ENOENT"], "create");
    },
  },
  {
    name: "readRange() gives what is there: whole, cut by the end, or nothing past it",
    needs: [],
    async test(files) {
      await start(files, { a: "0123456789" });
      assertBytes(await files.readRange("a", 2, 3), utf8.encode("234"), "inside");
      assertBytes(await files.readRange("a", 8, 100), utf8.encode("89"), "across the end");
      assertBytes(await files.readRange("a", 10, 5), new Uint8Array(), "at the end");
      assertBytes(await files.readRange("a", 1000, 5), new Uint8Array(), "past the end");
      assertBytes(await files.readRange("a", 3, 0), new Uint8Array(), "no bytes");
      assertEqual(await files.readRange("absent", 0, 5), undefined, "no such file");
      await files.makeFolder("folder");
      await assertRejects(files.readRange("folder", 0, 5), ["EISDIR", "ENOTSUP"], "a folder");
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
    name: "write() throws ENOENT where there is no such file, and makes none",
    needs: [],
    async test(files) {
      await files.makeFolder(".");
      await assertRejects(files.write("a", 0, utf8.encode("text")), ["ENOENT"], "write");
      assertEqual(await absences(files, ["a"]), [true], "whether it is absent");
    },
  },
  {
    name: "sync() and syncFolders() accept what exists, and what does not",
    needs: [],
    async test(files) {
      await files.sync(["absent"]);
      await files.syncFolders([".", "absent"]);
      await start(files, { a: "first", b: "second" });
      await files.makeFolder("folder");
      await files.sync(["a", "absent", "absent/deeper", "b", "a"]);
      await files.syncFolders([".", "absent", "absent/deeper", "folder"]);
      const many = Array.from({ length: 1000 }, (_, i) => ({ path: `folder/${i}`, bytes: pattern(i, i) }));
      await files.create(many);
      await files.sync(["absent", ...many.map((file) => file.path)]);
      assertEqual(await absences(files, ["absent", "a", "b"]), [true, false, false], "what is absent");
    },
  },
  {
    name: "read() gives the error of a file that may not be read, beside the others' bytes",
    needs: ["withoutRights"],
    async test(files, { outside }) {
      await start(files, { a: "first", secret: "second" });
      await outside.withoutRights("secret", async () => {
        const [a, secret] = await files.read(["a", "secret"]);
        assertBytes(a, utf8.encode("first"), "the other file");
        assertCode(secret, ["EACCES", "EPERM"], "the file without rights");
      });
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
  {
    name: "create() makes files of mode 0600",
    needs: ["mode"],
    async test(files, { outside }) {
      await start(files, { a: "first" });
      assertEqual((await outside.mode("a")).toString(8), "600", "the mode");
    },
  },
];

async function start(files: FileSystem, texts: Readonly<Record<string, string>>): Promise<void> {
  await files.makeFolder(".");
  await files.create(Object.entries(texts).map(([path, text]) => file(path, text)));
}

function file(path: string, text: string): NewFile {
  return { path, bytes: utf8.encode(text) };
}

async function expectFile(files: FileSystem, path: string, expected: Uint8Array): Promise<void> {
  const [found] = await files.read([path]);
  assertBytes(found, expected, path);
}

async function absences(files: FileSystem, paths: readonly string[]): Promise<boolean[]> {
  return (await files.read(paths)).map((result) => result === undefined);
}

/** Bytes that differ between seeds and positions; they repeat after a prime, and so at no boundary of a buffer. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const period = Math.min(length, 65_521);
  for (let i = 0; i < period; i++) bytes[i] = Math.imul(i + seed * 7919, 2654435761) >>> 16;
  for (let filled = period; filled < length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return bytes;
}
