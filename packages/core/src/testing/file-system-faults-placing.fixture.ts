import type { Faults } from "./file-system-faults.fixture.ts";

/** The faults of putting many files in place. */
export const PLACING_FAULTS: Faults = {
  "rename() leaves the temporary names": [
    "put files in empty places",
    (sound) => ({
      rename: async (moves) => {
        const texts = await sound.read(moves.map(({ from }) => from));
        await sound.rename(moves);
        const left = moves.map(({ from: path }, i) => ({ path, bytes: texts[i] }));
        for (const { path, bytes } of left)
          if (bytes instanceof Uint8Array) await sound.create([{ path, bytes }]);
      },
    }),
  ],
  "rename() does not replace": [
    "put files in empty places",
    (sound) => ({
      rename: async (moves) => {
        const kinds = await sound.kinds(moves.map(({ to }) => to));
        await sound.rename(moves.filter((_, i) => kinds[i] === undefined));
      },
    }),
  ],
  "create() cuts long files": [
    "files of every length",
    (sound) => ({
      create: (files) =>
        sound.create(files.map((file) => ({ ...file, bytes: file.bytes.subarray(0, 512 * 1024) }))),
    }),
  ],
  "create() says nothing of a name that is taken": [
    "create() of many files throws EEXIST",
    (sound) => ({ create: (files) => sound.create(files).catch(() => {}) }),
  ],
  "rename() begins with the last": [
    "of two files to one name",
    (sound) => ({ rename: (moves) => sound.rename([...moves].reverse()) }),
  ],
};
