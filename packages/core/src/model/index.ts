export { deepEqual } from "./equality.ts";
export { parse, stringify } from "./json.ts";
export {
  fromBytes,
  fromText,
  parseBytes,
  textOf,
  textOfOutput,
  toBytes,
  validate,
  validated,
} from "./model.ts";
export type { InputOf, LoadableSchema, NotLoadable, OutputOf, Schema } from "./schema.ts";
export { isSchema } from "./schema.ts";
export { isPromise } from "./validation.ts";
export { compileWhere, type Where } from "./where.ts";
