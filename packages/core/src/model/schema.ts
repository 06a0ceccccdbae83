import type { StandardSchemaV1 } from "@standard-schema/spec";

/** Any schema of the Standard Schema specification, version 1 (https://standardschema.dev). */
export type Schema = StandardSchemaV1;

/** A schema's input: the type of a record to be added. */
export type InputOf<S extends Schema> = StandardSchemaV1.InferInput<S>;

/** A schema's output: the type of a record that is stored and read. */
export type OutputOf<S extends Schema> = StandardSchemaV1.InferOutput<S>;

/** The compiler's message for a schema whose output does not fit its input. */
export type NotLoadable = {
  readonly "This schema is one-way: its output is not assignable to its input, so a stored record could not be read again. Store what the schema outputs, and transform after reading.": never;
};

/**
 * The schema itself if its output is assignable to its input; otherwise a type that no schema has, whose one
 * property is the explanation. Your own function that takes a schema and makes a database needs the same
 * constraint (for core's as here; `BabaDB` likewise), and must pass `S` explicitly: otherwise another type is
 * inferred, and refused.
 *
 * @example
 * ```ts
 * import { assemble, Database, type LoadableSchema, type Schema } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * const context = assemble(memoryRuntime());
 * function open<S extends Schema>(schema: S & LoadableSchema<S>): Database<S> {
 *   return new Database<S>(schema, { directory: "data" }, context);
 * }
 * ```
 */
export type LoadableSchema<S extends Schema> = [OutputOf<S>] extends [InputOf<S>] ? S : NotLoadable;

/**
 * Whether a value is a Standard Schema: an object or a function whose `~standard` property can validate.
 */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  try {
    const standard = "~standard" in value ? value["~standard"] : undefined;
    if (typeof standard !== "object" || standard === null) return false;
    return "validate" in standard && typeof standard.validate === "function";
  } catch {
    // A getter or a proxy that throws.
    return false;
  }
}
