import { assert, assertBytes, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";
import { expectFile, pattern, start, utf8 } from "./file-system-suite-steps.ts";

const MEBIBYTE = 1024 * 1024;

/** How an adapter may answer a path that leads upwards: it refuses it, or finds no such folder. */
const NO_WAY_UP = ["EINVAL", "ENOENT"];

/** The obligations that all methods share: batches and files of any size, names in any script. */
export const extremes: readonly Obligation[] = [
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
      const part = bytes.subarray(7, 7 + MEBIBYTE);
      assertBytes(await files.readRange("big", 7, part.length), part, "a long part from its middle");
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
    name: "reaches nothing outside of the root, whatever a path says",
    needs: [],
    async test(files) {
      await start(files, { text: "of the root" });
      await files.makeFolder("folder");
      const path = "folder/../text";
      const [read] = await files.read([path]);
      assert(!(read instanceof Uint8Array), "read() leaves a folder by its way up");
      const bytes = utf8.encode("another");
      await assertRejects(files.create([{ path: "folder/../new", bytes }]), NO_WAY_UP, "create()");
      await assertRejects(files.rename([{ from: "text", to: "folder/../renamed" }]), NO_WAY_UP, "rename()");
      await files.remove([path]).catch(() => undefined);
      await files.makeFolder("folder/../made").catch(() => undefined);
      await expectFile(files, "text", utf8.encode("of the root"));
      const names = (await files.list("."))?.map(({ name }) => name).sort();
      assertEqual(names, ["folder", "text"], "the entries of the root");
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
];
