import type { FileSystem } from "../file-system/file-system.ts";
import { PLACING_FAULTS } from "./file-system-faults-placing.fixture.ts";

/** An adapter with one fault: some methods replaced, the rest left correct. */
export type Fault = (sound: FileSystem) => Partial<FileSystem>;

/** Each fault, and part of the name of a test that must find it. */
export type Faults = Readonly<Record<string, readonly [finder: string, fault: Fault]>>;

/** The faults of every method. */
export const FAULTS: Faults = {
  "read() goes up out of a folder": [
    "reaches nothing outside of the root",
    (sound) => ({ read: (paths) => sound.read(paths.map((path) => path.replace(/[^/]+\/\.\.\//, ""))) }),
  ],
  "read() loses the order": [
    "bytes, in the order asked",
    (sound) => ({ read: async (paths) => (await sound.read(paths)).reverse() }),
  ],
  "read() throws if a file is absent": [
    "undefined if the folder",
    (sound) => ({
      read: async (paths) => {
        const results = await sound.read(paths);
        if (results.includes(undefined)) throw Object.assign(new Error(), { code: "ENOENT" });
        return results;
      },
    }),
  ],
  "read() throws one file's error for all": [
    "one file's error in its place",
    (sound) => ({
      read: async (paths) => {
        const results = await sound.read(paths);
        for (const result of results) if (result instanceof Error) throw result;
        return results;
      },
    }),
  ],
  "read() gives one copy to all": [
    "independent of each other",
    (sound) => ({
      read: async (paths) => {
        const [first, ...rest] = await sound.read(paths);
        return [first, ...rest.map((result, i) => (paths[i + 1] === paths[0] ? first : result))];
      },
    }),
  ],
  "readEach() tells of present files alone": [
    "tells of each file once",
    (sound) => ({
      readEach: (paths, take) => sound.readEach(paths, (file, i) => file !== undefined && take(file, i)),
    }),
  ],
  "readEach() mistakes their places": [
    "tells of each file once",
    (sound) => ({
      readEach: (paths, take) => sound.readEach(paths, (file, i) => take(file, paths.length - 1 - i)),
    }),
  ],
  "readEach() swallows what its caller throws": [
    "what the caller throws",
    (sound) => ({ readEach: (paths, take) => sound.readEach(paths, take)?.catch(() => {}) }),
  ],
  ...PLACING_FAULTS,
  "create() overwrites": [
    "create() throws EEXIST",
    (sound) => ({
      create: async (files) => {
        await sound.remove(files.map((file) => file.path)).catch(() => {});
        await sound.create(files);
      },
    }),
  ],
  "create() makes folders": [
    "create() throws ENOENT",
    (sound) => ({
      create: async (files) => {
        for (const { path } of files)
          if (path.includes("/")) await sound.makeFolder(path.replace(/\/[^/]*$/, ""));
        await sound.create(files);
      },
    }),
  ],
  "create() loses the last byte": [
    "bytes, in the order asked",
    (sound) => ({
      create: (files) => sound.create(files.map(({ path, bytes }) => ({ path, bytes: bytes.slice(0, -1) }))),
    }),
  ],
  "create() does at most 512 of a batch": [
    "1,000 files in one batch",
    (sound) => ({ create: (files) => sound.create(files.slice(0, 512)) }),
  ],
  "create() clears the caller's bytes": [
    "leave the caller's bytes",
    (sound) => ({
      create: async (files) => {
        await sound.create(files);
        for (const { bytes } of files) bytes.fill(0);
      },
    }),
  ],
  "write() detaches the caller's bytes": [
    "leave the caller's bytes",
    (sound) => ({
      write: async (path, offset, bytes) => {
        await sound.write(path, offset, bytes);
        structuredClone(bytes, { transfer: [bytes.buffer] });
      },
    }),
  ],
  "write() of nothing lengthens the file": [
    "write() of nothing",
    (sound) => ({
      write: (path, offset, bytes) =>
        sound.write(path, offset, bytes.length > 0 || offset === 0 ? bytes : new Uint8Array(1)),
    }),
  ],
  "sync() accepts a path through a file": [
    "throw ENOTDIR for a path",
    (sound) => ({ sync: (paths) => sound.sync(paths).catch(() => {}) }),
  ],
  "syncFolders() accepts a file": [
    "throw ENOTDIR for a path",
    (sound) => ({ syncFolders: (paths) => sound.syncFolders(paths).catch(() => {}) }),
  ],
  "write() makes the file": [
    "write() throws ENOENT",
    (sound) => ({
      write: async (path, offset, bytes) => {
        await sound.create([{ path, bytes: new Uint8Array() }]).catch(() => {});
        await sound.write(path, offset, bytes);
      },
    }),
  ],
  "write() always appends": [
    "changes bytes in place",
    (sound) => ({
      write: async (path, _offset, bytes) => {
        const [old] = await sound.read([path]);
        await sound.write(path, old instanceof Uint8Array ? old.length : 0, bytes);
      },
    }),
  ],
  "readRange() pads past the end": [
    "cut by the end",
    (sound) => ({
      readRange: async (path, offset, length) => {
        const bytes = await sound.readRange(path, offset, length);
        const padded = new Uint8Array(length);
        padded.set(bytes ?? []);
        return bytes && padded;
      },
    }),
  ],
  "readRange() makes room for all that is asked for": [
    "cut by the end",
    (sound) => ({
      readRange: (path, offset, length) => sound.readRange(path, offset, new Uint8Array(length).length),
    }),
  ],
  "readRange() uses its memory again": [
    "bytes of its own",
    (sound) => {
      const room = new Uint8Array(64);
      return {
        readRange: async (path, offset, length) => {
          const bytes = await sound.readRange(path, offset, length);
          room.set(bytes ?? []);
          return bytes && room.subarray(0, bytes.length);
        },
      };
    },
  ],
  "write() of nothing succeeds without a file": [
    "write() throws ENOENT",
    (sound) => ({
      write: async (path, offset, bytes) => {
        if (bytes.length > 0) await sound.write(path, offset, bytes);
      },
    }),
  ],
  "sync() throws for what is missing": [
    "sync() and syncFolders() accept",
    (sound) => ({
      sync: async (paths) => {
        if ((await sound.read(paths)).includes(undefined))
          throw Object.assign(new Error(), { code: "ENOENT" });
      },
    }),
  ],
  "kinds() takes every path for a file": [
    "kinds() tells",
    () => ({ kinds: async (paths) => paths.map(() => "file" as const) }),
  ],
  "link() looks and then links": [
    "exactly one of 50",
    (sound) => ({
      link: async (from, to) => {
        const taken = (await sound.read([to]))[0] !== undefined;
        await Promise.resolve();
        if (!taken) await sound.rename([{ from, to }]);
        return !taken;
      },
    }),
  ],
  "link() copies": [
    "of the same bytes",
    (sound) => ({
      link: async (from, to) => {
        const [bytes] = await sound.read([from]);
        if (!(bytes instanceof Uint8Array)) throw Object.assign(new Error(), { code: "ENOENT" });
        return sound.create([{ path: to, bytes }]).then(
          () => true,
          () => false,
        );
      },
    }),
  ],
  "rename() goes backwards": [
    "in the order given",
    (sound) => ({ rename: (moves) => sound.rename([...moves].reverse()) }),
  ],
  "rename() goes on after an error": [
    "stops at the first",
    (sound) => ({
      rename: async (moves) => {
        const outcomes = await Promise.allSettled(moves.map((move) => sound.rename([move])));
        for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      },
    }),
  ],
  "rename() removes the old file first": [
    "never shows a reader",
    (sound) => ({
      rename: async (moves) => {
        await sound.remove(moves.map((move) => move.to)).catch(() => {});
        await Promise.resolve();
        await sound.rename(moves);
      },
    }),
  ],
  "remove() throws if there is none": [
    "those that are not there",
    (sound) => ({
      remove: async (paths) => {
        if ((await sound.read(paths)).includes(undefined))
          throw Object.assign(new Error(), { code: "ENOENT" });
        await sound.remove(paths);
      },
    }),
  ],
  "list() hides files that begin with a dot": [
    "all entries with their kinds",
    (sound) => ({
      list: async (folder) => (await sound.list(folder))?.filter((entry) => !entry.name.startsWith(".")),
    }),
  ],
  "list() gives an empty folder for none": [
    "undefined if there is no such folder",
    (sound) => ({ list: async (folder) => (await sound.list(folder)) ?? [] }),
  ],
  "names() hides files that begin with a dot": [
    "names of all entries",
    (sound) => ({
      names: async (folder) => (await sound.names(folder))?.filter((name) => !name.startsWith(".")),
    }),
  ],
  "names() gives no names for no folder": [
    "names of all entries",
    (sound) => ({ names: async (folder) => (await sound.names(folder)) ?? [] }),
  ],
  "names() leaves out folders": [
    "names of all entries",
    (sound) => ({
      names: async (folder) =>
        (await sound.list(folder))?.filter(({ kind }) => kind === "file").map(({ name }) => name),
    }),
  ],
  "stamp() does not see a file that is replaced": [
    "another after each change",
    (sound) => ({ stamp: async (folder) => (await sound.names(folder))?.join() }),
  ],
  "stamp() is another each time": [
    "stays while no entry changes",
    (sound) => ({ stamp: async (folder) => `${await sound.stamp(folder)} ${Math.random()}` }),
  ],
  "stamp() counts in coarse ticks": [
    "quick succession",
    (sound) => ({
      stamp: async (folder) =>
        (await sound.stamp(folder)) === undefined ? undefined : `${Date.now() >> 10}`,
    }),
  ],
  "stamp() has one for a file": [
    "undefined for no folder, and for a file",
    (sound) => ({ stamp: async (path) => (await sound.stamp(path)) ?? path }),
  ],
  "list() stops at 4,096": [
    "each of 5,000",
    (sound) => ({ list: async (folder) => (await sound.list(folder))?.slice(0, 4096) }),
  ],
  "makeFolder() tells only the last": [
    "returns what it made",
    (sound) => ({ makeFolder: async (folder) => (await sound.makeFolder(folder)).slice(-1) }),
  ],
  "identity() is another each time": [
    "one for two adapters",
    () => ({ identity: async () => String(Math.random()) }),
  ],
  "announce() makes no file": ["announce() creates a file", () => ({ announce: async () => {} })],
  "announce() overwrites": [
    "announce() creates a file",
    (sound) => ({
      announce: async (file) => {
        await sound.remove([file.path]).catch(() => {});
        await sound.create([file]);
      },
    }),
  ],
  "lives() takes what is announced for dead": [
    "by the file that it announced",
    (sound) => ({ lives: async (_identity, announced) => (await sound.kinds([announced]))[0] === undefined }),
  ],
  "lives() takes the unknown for dead": [
    "undefined if nothing can be known",
    () => ({ lives: async (text) => (text.length > 5 ? undefined : false) }),
  ],
  "lives() takes the unknown for living": [
    "undefined if nothing can be known",
    (sound) => ({ lives: async (identity, announced) => (await sound.lives(identity, announced)) ?? true }),
  ],
  "close() throws the second time": [
    "close() may be called again",
    () => {
      let closed = false;
      return {
        close: async () => {
          if (closed) throw new Error("closed");
          closed = true;
        },
      };
    },
  ],
};
