import type { StandardSchemaV1 } from "@standard-schema/spec";
import { BabaError } from "../errors.ts";
import {
  fromStored,
  isPromise,
  parse,
  plainOutput,
  plainText,
  type Schema,
  textOfOutput,
  UNSURE,
  validated,
} from "../model/index.ts";
import { printable } from "../printable.ts";
import { checkRecordName, defaultRecordName } from "../storage/names.ts";
import type { Text } from "./text.ts";

/** The most bytes of JSON that a record may have. */
const LARGEST_RECORD = 128 * 1024 * 1024;

/** Stands for a record that was deleted, is skipped or is excluded. */
export const NOTHING: unique symbol = Symbol("no record");

/** A record's name and its JSON text. */
export type NamedText = { readonly name: string; readonly text: string };

/**
 * The name, by default from its `id`, and the JSON text of a record to be stored. A promise only if the
 * schema returns one.
 *
 * @throws `BABA_NAME`, `BABA_ID_MISSING`, and any error of validating it and proving it loadable, naming the
 * record
 */
export function serialise(
  schema: Schema,
  record: unknown,
  filename: unknown,
): NamedText | Promise<NamedText> {
  let name = filename === undefined ? undefined : checkRecordName(filename);
  const serialised = (output: unknown): NamedText | Promise<NamedText> => {
    const known = name ?? defaultRecordName(output);
    name = known;
    const text = textOfOutput(schema, output);
    if (typeof text === "string") return { name: known, text };
    return text.then((proved) => ({ name: known, text: proved }));
  };
  const failed = (thrown: unknown): never => {
    const error = thrown instanceof BabaError ? thrown : unreadable(thrown);
    name ??= nameDespite(error, record);
    throw name === undefined ? error : error.about(name);
  };
  try {
    refusePromise(record);
    const plain = plainOutput(schema, record);
    if (plain !== UNSURE) {
      name ??= defaultRecordName(plain);
      return { name, text: plainText(plain) };
    }
    const output = validated(schema, record);
    const named = isPromise(output) ? Promise.resolve(output).then(serialised) : serialised(output);
    return named instanceof Promise ? named.catch(failed) : named;
  } catch (error) {
    return failed(error);
  }
}

/**
 * The record in a text; a promise only if the schema returns one. `NOTHING` if `excludes` rules out the
 * stored value, without running the schema.
 *
 * @throws the reason why it is unreadable, naming the record
 */
export function load(
  schema: Schema,
  text: Text,
  name: string,
  excludes?: (stored: unknown) => boolean,
): unknown {
  const failed = (error: unknown): never => {
    throw error instanceof BabaError ? error.about(name) : error;
  };
  try {
    if (text instanceof BabaError) throw text;
    const stored = parse(text);
    if (excludes?.(stored)) return NOTHING;
    const record = fromStored(schema, stored);
    return isPromise(record) ? record.catch(failed) : record;
  } catch (error) {
    return failed(error);
  }
}

/**
 * Refuses a record whose file could not be read: base 3 turns each byte into eleven, and runtimes read at
 * most 2 GiB at once.
 *
 * @throws `BABA_UNSERIALIZABLE`
 */
export function mustBeReadable(record: string, size: number): void {
  if (size <= LARGEST_RECORD) return;
  throw new BabaError(
    "BABA_UNSERIALIZABLE",
    `${printable(record)} has more than 128 MiB of JSON: split it into several records.`,
    { record },
  );
}

/** The name that an invalid record would have had, unless its `id` is among the issues. */
function nameDespite({ code, cause }: BabaError, record: unknown): string | undefined {
  if (code !== "BABA_VALIDATION" && code !== "BABA_UNSERIALIZABLE") return undefined;
  if (Array.isArray(cause) && cause.some(concernsId)) return undefined;
  try {
    return defaultRecordName(record);
  } catch {
    return undefined;
  }
}

/** A schema whose entries are all optional takes a promise for an object without them. */
function refusePromise(record: unknown): void {
  if (!isPromise(record)) return;
  throw new BabaError(
    "BABA_UNSERIALIZABLE",
    "The record is a promise, or would be taken for one: await it before adding it.",
  );
}

/** The error for a record whose `id`, or whose `then`, is a getter that throws. */
function unreadable(cause: unknown): BabaError {
  return new BabaError(
    "BABA_UNSERIALIZABLE",
    "The record cannot be read: one of its properties throws when it is asked for (see the cause).",
    { cause },
  );
}

function concernsId({ path }: StandardSchemaV1.Issue): boolean {
  const [first] = path ?? [];
  return (typeof first === "object" ? first.key : first) === "id";
}
