import type { Faults } from "./file-system-faults.fixture.ts";

/** The faults of `replace`. */
export const REPLACEMENT_FAULTS: Faults = {
  "replace() leaves the temporary names": [
    "leaves none of the temporary names",
    (sound) => ({
      replace: async (files) => {
        await sound.replace(files);
        await sound.create(files.map(({ temporary, bytes }) => ({ path: temporary, bytes })));
      },
    }),
  ],
  "replace() does not replace": [
    "and in those of others",
    (sound) => ({
      replace: async (files) => {
        const kinds = await sound.kinds(files.map(({ path }) => path));
        await sound.replace(files.filter((_, i) => kinds[i] === undefined));
      },
    }),
  ],
  "replace() cuts long files": [
    "files of every length",
    (sound) => ({
      replace: (files) =>
        sound.replace(files.map((file) => ({ ...file, bytes: file.bytes.subarray(0, 4096) }))),
    }),
  ],
  "replace() overwrites a file of the temporary name": [
    "a temporary name is taken",
    (sound) => ({
      replace: async (files) => {
        await sound.remove(files.map(({ temporary }) => temporary));
        await sound.replace(files);
      },
    }),
  ],
  "replace() says nothing of a failure": [
    "a temporary name is taken",
    (sound) => ({ replace: (files) => sound.replace(files).catch(() => {}) }),
  ],
  "replace() begins with the last": [
    "of a name twice",
    (sound) => ({ replace: (files) => sound.replace([...files].reverse()) }),
  ],
  "replace() removes what is in the way": [
    "in a folder's place",
    (sound) => ({ replace: (files) => sound.replace(files.filter(({ path }) => path !== "folder")) }),
  ],
  "replace() shows a moment without the file": [
    "replace() shows readers",
    (sound) => ({
      replace: async (files) => {
        await sound.remove(files.map(({ path }) => path));
        await new Promise((resolve) => setTimeout(resolve));
        await sound.replace(files);
      },
    }),
  ],
};
