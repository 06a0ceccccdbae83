import { resolve } from "node:path";

/** A path as seen from the working directory of this moment; as it is where that cannot be told, and its use says what is wrong. */
export function absolute(path: string): string {
  try {
    return resolve(path);
  } catch {
    return path;
  }
}
