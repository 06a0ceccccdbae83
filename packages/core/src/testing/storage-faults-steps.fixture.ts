import type { Content, Storage } from "../storage/storage.ts";

/** A storage with one fault: some methods replaced, the rest left correct. */
export type StorageFault = (sound: Storage) => Partial<Storage>;

/** Each fault, and part of the name of a test that must find it. */
export type StorageFaults = Readonly<Record<string, readonly [finder: string, fault: StorageFault]>>;

/** Why a faulty method rejects. */
export function fail(): never {
  throw new Error("a planted fault");
}

/** What was read is changed. */
export function reading(
  sound: Storage,
  change: (contents: readonly Content[]) => readonly Content[],
): Partial<Storage> {
  return { read: async (names) => change(await sound.read(names)) };
}
