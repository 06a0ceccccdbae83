import type { StandardSchemaV1 } from "@standard-schema/spec";
import { BabaError } from "../errors.ts";
import { fromText, isPromise, loadableText, type Schema, validated } from "../model/index.ts";
import { checkRecordName, defaultRecordName } from "../storage/names.ts";
import type { Text } from "./text.ts";

/**
 * The name and the JSON text of a record that is to be stored; its default name where none is given.
 *
 * @throws `BABA_NAME`, `BABA_ID_MISSING`, and what validation and the proof of loadability throw, naming the record
 */
export async function serialise(
  schema: Schema,
  record: unknown,
  filename: unknown,
): Promise<[name: string, text: string]> {
  let name = filename === undefined ? undefined : checkRecordName(filename);
  try {
    // What is no promise is not awaited: that costs as much as to validate a small record.
    const checked = validated(schema, record);
    const output = isPromise(checked) ? await checked : checked;
    name ??= defaultRecordName(output);
    const text = loadableText(schema, output);
    return [name, typeof text === "string" ? text : await text];
  } catch (error) {
    if (!(error instanceof BabaError)) throw error;
    name ??= nameDespite(error, record);
    throw name === undefined ? error : error.about(name);
  }
}

/**
 * The record that a text holds; a promise only where the schema answers with one.
 *
 * @throws what makes it unreadable, naming it
 */
export function load(schema: Schema, text: Text, name: string): unknown {
  const failed = (error: unknown): never => {
    throw error instanceof BabaError ? error.about(name) : error;
  };
  try {
    if (text instanceof BabaError) throw text;
    const record = fromText(schema, text);
    return isPromise(record) ? record.catch(failed) : record;
  } catch (error) {
    return failed(error);
  }
}

/** The name that a refused record would have had, where its `id` is not among what was refused. */
function nameDespite(error: BabaError, record: unknown): string | undefined {
  const issues: unknown = error.cause;
  if (error.code !== "BABA_VALIDATION" || !Array.isArray(issues) || issues.some(concernsId)) return undefined;
  try {
    return defaultRecordName(record);
  } catch {
    return undefined;
  }
}

function concernsId({ path }: StandardSchemaV1.Issue): boolean {
  const [first] = path ?? [];
  return first === undefined || (typeof first === "object" ? first.key : first) === "id";
}
