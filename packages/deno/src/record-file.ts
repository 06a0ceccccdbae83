import { openRecordFile as openWith, type RecordKeys, sealRecordFile as sealWith } from "@baba/core";
import { denoRuntime } from "./runtime.ts";

/**
 * The value in one sealed record's file, for someone who has the file and the keys but not the rest of the
 * store.
 *
 * @param file the file's bytes, base-3 text
 * @param filename its name in the store, now or then: a sealed record opens under no other name
 * @throws `BABA_OPTION` if an argument is of the wrong kind, and the errors of opening and reading a sealed
 * store
 * @example
 * ```ts
 * import { openRecordFile, sealRecordFile } from "@baba/deno";
 * const key = new Uint8Array(32).fill(1); // from where you keep it
 * const file = await sealRecordFile({ id: 1, name: "Alice" }, "heroes/1.baba", { key });
 * console.log(await openRecordFile(file, "heroes/1.baba", { key })); // { id: 1, name: "Alice" }
 * ```
 */
export function openRecordFile(file: Uint8Array, filename: string, keys: RecordKeys): Promise<unknown> {
  return openWith(denoRuntime, file, filename, keys);
}

/**
 * The file of one sealed record, to be put into its store's folder while nobody has the store open.
 *
 * @param value the record's value; it is not checked against a schema
 * @param filename the name that the file will have in the store
 * @throws `BABA_UNSERIALIZABLE`, also for more than 128 MiB of JSON, `BABA_NAME`, `BABA_OPTION` if `keys` are
 * of the wrong kind, and the errors of opening a sealed store
 * @example
 * ```ts
 * import { sealRecordFile } from "@baba/deno";
 * const key = new Uint8Array(32).fill(1); // from where you keep it
 * const file = await sealRecordFile({ id: 1, name: "Alice" }, "1.baba", { key });
 * await Deno.writeFile("1.baba", file);
 * ```
 */
export function sealRecordFile(value: unknown, filename: string, keys: RecordKeys): Promise<Uint8Array> {
  return sealWith(denoRuntime, value, filename, keys);
}
