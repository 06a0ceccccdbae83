export { UNSURE } from "./compile.ts";
export { deepEqual } from "./equality.ts";
export { onlyChecks } from "./idempotence.ts";
export { parse, plainText, stringify } from "./json.ts";
export { isPlainObject } from "./kinds.ts";
export {
  fromStored,
  parseBytes,
  plainOutput,
  textOf,
  textOfOutput,
  validated,
} from "./model.ts";
export type { InputOf, LoadableSchema, NotLoadable, OutputOf, Schema } from "./schema.ts";
export { isSchema } from "./schema.ts";
export { isPromise } from "./validation.ts";
export { compileWhere, type Exclusion, exclusionOf, type Where } from "./where.ts";
