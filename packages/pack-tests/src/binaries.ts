import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** They are in `@baba/binaries`, so that their commands are not on any package's path. */
const INSTALLED = new URL("../../binaries/node_modules/", import.meta.url);

/** The absolute path of a file there; `undefined` if it is not installed on this platform. */
export function binary(path: string): string | undefined {
  const full = fileURLToPath(new URL(path, INSTALLED));
  return existsSync(full) ? full : undefined;
}
