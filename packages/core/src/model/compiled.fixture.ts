import { compiled, UNSURE } from "./compile.ts";
import type { Schema } from "./schema.ts";

/** What the schema itself makes of a value; `UNSURE` if it refuses it. */
export function outputOf(schema: Schema, value: unknown): unknown {
  const answer = schema["~standard"].validate(value);
  if (answer instanceof Promise) throw new Error("The schema is asynchronous.");
  return answer.issues ? UNSURE : answer.value;
}

export function copyOf(schema: Schema, value: unknown): unknown {
  return compiled(schema)?.copy(value) ?? UNSURE;
}

export function accepts(schema: Schema, value: unknown): boolean {
  return compiled(schema)?.accepts(value) ?? false;
}
