import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** `@baba/binaries` keeps them, so that none of their commands is on any package's path. */
const INSTALLED = new URL("../../binaries/node_modules/", import.meta.url);

/** The absolute path of a file there; `undefined` where this platform's package manager did not install it. */
export function binary(path: string): string | undefined {
  const full = fileURLToPath(new URL(path, INSTALLED));
  return existsSync(full) ? full : undefined;
}
