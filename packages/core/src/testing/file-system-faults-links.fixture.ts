import type { Faults } from "./file-system-faults.fixture.ts";

const REFUSING = "write() and sync() refuse a symbolic link";
const ITSELF = "change a symbolic link itself";
const ON_THE_WAY = "refuse a symbolic link on the way";

/** Where the links of the tests lead. */
const TARGETS: Readonly<Record<string, string>> = {
  "to-file": "a",
  "to-nothing": "nowhere",
  renamed: "a",
  replaced: "a",
  removed: "a",
};
const followed = (path: string): string => TARGETS[path] ?? path;
const through = (path: string): string => path.replace(/^link\//, "folder/");

/** The faults in treating symbolic links and pipes. */
export const LINK_FAULTS: Faults = {
  "write() follows a link": [
    REFUSING,
    (sound) => ({ write: (path, offset, bytes) => sound.write(followed(path), offset, bytes) }),
  ],
  "write() of many bytes follows a link": [
    REFUSING,
    (sound) => ({
      write: (path, offset, bytes) => sound.write(bytes.length > 1000 ? followed(path) : path, offset, bytes),
    }),
  ],
  "sync() follows a link": [REFUSING, (sound) => ({ sync: (paths) => sound.sync(paths.map(followed)) })],
  "sync() takes a dangling link for nothing": [
    REFUSING,
    (sound) => ({ sync: (paths) => sound.sync(paths.filter((path) => path !== "to-nothing")) }),
  ],
  "create() follows a dangling link": [
    "create() throws EEXIST if there is a symbolic link",
    (sound) => ({
      create: (files) => sound.create(files.map((file) => ({ ...file, path: followed(file.path) }))),
    }),
  ],
  "rename() replaces what a link leads to": [
    ITSELF,
    (sound) => ({
      rename: (moves) => sound.rename(moves.map(({ from, to }) => ({ from, to: followed(to) }))),
    }),
  ],
  "remove() removes what a link leads to": [
    ITSELF,
    (sound) => ({ remove: (paths) => sound.remove(paths.map(followed)) }),
  ],
  "create() goes through a link": [
    ON_THE_WAY,
    (sound) => ({
      create: (files) => sound.create(files.map((file) => ({ ...file, path: through(file.path) }))),
    }),
  ],
  "write() goes through a link": [
    ON_THE_WAY,
    (sound) => ({ write: (path, offset, bytes) => sound.write(through(path), offset, bytes) }),
  ],
  "link() goes through a link to the new name": [
    ON_THE_WAY,
    (sound) => ({ link: (from, to) => sound.link(from, through(to)) }),
  ],
  "link() goes through a link to the file": [
    ON_THE_WAY,
    (sound) => ({ link: (from, to) => sound.link(through(from), to) }),
  ],
  "rename() goes through a link to the new name": [
    ON_THE_WAY,
    (sound) => ({
      rename: (moves) => sound.rename(moves.map(({ from, to }) => ({ from, to: through(to) }))),
    }),
  ],
  "rename() goes through a link to the file": [
    ON_THE_WAY,
    (sound) => ({
      rename: (moves) => sound.rename(moves.map(({ from, to }) => ({ from: through(from), to }))),
    }),
  ],
  "remove() goes through a link": [
    ON_THE_WAY,
    (sound) => ({ remove: (paths) => sound.remove(paths.map(through)) }),
  ],
  "sync() goes through a link": [
    ON_THE_WAY,
    (sound) => ({ sync: (paths) => sound.sync(paths.map(through)) }),
  ],
  "syncFolders() syncs what a link leads to": [
    ON_THE_WAY,
    (sound) => ({
      syncFolders: (paths) => sound.syncFolders(paths.map((path) => (path === "link" ? "folder" : path))),
    }),
  ],
  "syncFolders() goes through a link": [
    ON_THE_WAY,
    (sound) => ({ syncFolders: (paths) => sound.syncFolders(paths.map(through)) }),
  ],
  "write() takes a pipe for a file": [
    "refuses a named pipe",
    (sound) => ({
      write: async (path, offset, bytes) => (path === "pipe" ? undefined : sound.write(path, offset, bytes)),
    }),
  ],
};
