import { execFile } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BabaDB, type Unlock } from "@baba/node";
import * as v from "valibot";

const READER = fileURLToPath(new URL("../../python/read_store.py", import.meta.url));
const run = promisify(execFile);
const Told = v.union([
  v.strictObject({ error: v.string(), what: v.string() }),
  v.strictObject({
    records: v.record(v.string(), v.string()),
    problems: v.record(v.string(), v.string()),
    fingerprint: v.nullable(v.string()),
  }),
]);

/** What a reader makes of a store: all of it, or the code of the error for which it refuses it. */
export type Reading =
  | {
      readonly records: Readonly<Record<string, unknown>>;
      readonly problems: Readonly<Record<string, string>>;
      readonly fingerprint: string | null;
    }
  | { readonly error: string };

/** Whether the tests can ask Python; says so if not. */
export async function hasPython(): Promise<boolean> {
  const python = await run("python3", ["--version"]).catch(() => undefined);
  if (python === undefined) console.log("python3 is not installed: its tests were left out");
  return python !== undefined;
}

/** What read_store.py makes of it: values beyond JSON are the objects that stand for them. */
export async function readByPython(directory: string, unlock: Unlock): Promise<Reading> {
  const args = ["-X", "utf8", READER, directory, ...argumentsOf(unlock)];
  const { stdout } = await run("python3", args, { maxBuffer: 2 ** 28 });
  const told = v.parse(Told, JSON.parse(stdout));
  if ("error" in told) return { error: told.error };
  const records = Object.entries(told.records).map(([name, text]) => [name, JSON.parse(text)]);
  return { ...told, records: Object.fromEntries(records) };
}

/** What BabaDB makes of a copy of it, which has no lock of a process that is at work on the original. */
export async function readByBaba(directory: string, unlock: Unlock, copy: string): Promise<Reading> {
  cpSync(directory, copy, { recursive: true });
  rmSync(join(copy, ".baba/lock"), { force: true });
  const db = new BabaDB(v.any(), { directory: copy, logging: false, ...unlock });
  try {
    await db.open();
    // A record under a retired key is sound.
    const found = (await db.verify()).problems.filter(({ error }) => error.code !== "BABA_KEY_RETIRED");
    const problems = Object.fromEntries(found.map(({ filename, error }) => [filename, error.code]));
    return { records: await recordsOf(db), problems, fingerprint: db.fingerprint ?? null };
  } catch (error) {
    return { error: v.parse(v.looseObject({ code: v.string() }), error).code };
  } finally {
    await db.close();
  }
}

async function recordsOf(db: BabaDB<v.GenericSchema<unknown>>): Promise<Record<string, unknown>> {
  const records: Record<string, unknown> = {};
  await db.asyncSession(async (session) => {
    for (const folder of [".", "heroes", "new", "deep", "deep/er"])
      for await (const { filename, record } of session.stream(folder, v.any(), { unreadable: "skip" }))
        records[filename] = written(record);
  });
  return records;
}

function argumentsOf({ passphrase, identity, key }: Unlock): string[] {
  if (key !== undefined) return ["key", Buffer.from(key).toString("hex")];
  if (passphrase !== undefined) return ["passphrase", passphrase];
  return typeof identity === "string" ? ["identity", identity] : [];
}

/** The JSON that stands for a value on the disk, by the table in docs/format.md, as far as tests have them. */
function written(value: unknown): unknown {
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $numberDouble: doubleOf(value) };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof Uint8Array)
    return { $binary: { base64: Buffer.from(value).toString("base64"), subType: "00" } };
  if (value instanceof Map) return { $map: [...value].map((entry) => entry.map(written)) };
  if (value instanceof Set) return { $set: [...value].map(written) };
  if (Array.isArray(value)) return value.map(written);
  const entries = Object.entries(value).map(([key, content]) => [key, written(content)]);
  const plain: unknown = Object.fromEntries(entries);
  return entries.length === 1 && "$date" in value ? { $literal: plain } : plain;
}

function doubleOf(value: number): string {
  return Object.is(value, -0) ? "-0.0" : String(value);
}
