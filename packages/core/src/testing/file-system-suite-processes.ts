import { assert, assertBytes, assertEqual, assertRejects } from "./assertions.ts";
import type { Obligation } from "./file-system-suite.ts";

/** The obligations on identities, of roots and of processes, and on close(). */
export const processes: readonly Obligation[] = [
  {
    name: "identity() refuses a root that is a symbolic link to nowhere with ELOOP",
    needs: ["symbolicLink"],
    async test(files, { outside, again }) {
      await outside.symbolicLink("nowhere", ".");
      await assertRejects(files.identity(), ["ELOOP"], "a link to nowhere");
      const other = again();
      await assertRejects(other.identity(), ["ELOOP"], "asked by another adapter");
      await other.close();
    },
  },
  {
    name: "identity() is one for two adapters of a root, before and after the root is made",
    needs: [],
    async test(files, { again }) {
      const before = await files.identity();
      assert(before.length > 0, "the identity is a text");
      await files.makeFolder("folder");
      const other = again();
      assertEqual(await other.identity(), before, "another adapter, after");
      assertEqual(await files.identity(), before, "the same adapter, after");
      await other.close();
    },
  },
  {
    name: "shows each of two adapters of a root the other's files",
    needs: [],
    async test(files, { again }) {
      const other = again();
      await files.makeFolder("folder");
      await files.create([{ path: "folder/a", bytes: new Uint8Array([1, 2, 3]) }]);
      const [seen] = await other.read(["folder/a"]);
      await other.close();
      assert(seen instanceof Uint8Array && seen.length === 3, "the other adapter reads the file");
    },
  },
  {
    name: "processIdentity() is one line, the same each time",
    needs: [],
    async test(files) {
      const identity = await files.processIdentity();
      assert(identity.length > 0 && !/[\r\n]/.test(identity), "the identity is one line of text");
      assertEqual(await files.processIdentity(), identity, "asked again");
    },
  },
  {
    name: "announce() creates a file as create() does",
    needs: [],
    async test(files) {
      const bytes = new Uint8Array([1, 2, 3]);
      await assertRejects(files.announce({ path: "folder/a", bytes }), ["ENOENT"], "without the folder");
      await files.makeFolder("folder");
      await files.announce({ path: "folder/a", bytes });
      await files.sync(["folder/a"]);
      assertBytes((await files.read(["folder/a"]))[0], bytes, "the file");
      assertEqual(await files.link("folder/a", "b"), true, "whether it can be linked");
      await assertRejects(files.announce({ path: "folder/a", bytes }), ["EEXIST"], "a file that exists");
      await files.remove(["folder/a"]);
      await files.announce({ path: "folder/a", bytes: new Uint8Array([4]) });
      assertBytes((await files.read(["folder/a"]))[0], new Uint8Array([4]), "the file, announced anew");
      assertBytes((await files.read(["b"]))[0], bytes, "the other name of the first");
    },
  },
  {
    name: "lives() does not take this process for ended by the file that it announced, whoever asks",
    needs: [],
    async test(files, { again }) {
      const identity = await files.processIdentity();
      await files.makeFolder(".");
      await files.announce({ path: "a", bytes: new TextEncoder().encode(identity) });
      const other = again();
      for (let i = 0; i < 3; i++) {
        assert((await files.lives(identity, "a")) !== false, "it lives, asked by itself");
        assert((await other.lives(identity, "a")) !== false, "it lives, asked by another adapter");
      }
      await other.close();
    },
  },
  {
    name: "lives() is undefined if nothing can be known",
    needs: [],
    async test(files) {
      const garbage = [
        "",
        "garbage",
        "{}",
        "[]",
        "null",
        "0",
        "-1",
        '"pid"',
        '{"pid":"1"}',
        '{"pid":-1}',
        "{",
        "\0",
      ];
      for (const text of garbage) {
        assertEqual(await files.lives(text, "absent"), undefined, JSON.stringify(text));
      }
    },
  },
  {
    name: "lives() is false for a process that has ended",
    needs: ["deadIdentity"],
    async test(files, { outside }) {
      const { identity, announced } = await outside.deadIdentity();
      assertEqual(await files.lives(identity, announced), false, "whether it lives");
    },
  },
  {
    name: "close() may be called again, and leaves other adapters of the root in use",
    needs: [],
    async test(files, { again }) {
      const other = again();
      await files.makeFolder(".");
      await files.close();
      await files.close();
      await other.create([{ path: "a", bytes: new Uint8Array([1]) }]);
      assertEqual((await other.list("."))?.length, 1, "what the other made");
      await other.close();
    },
  },
];
