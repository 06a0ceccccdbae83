import { basename, dirname, join } from "node:path";
import { realPath } from "@baba/core/adapter";

/** Names of roots that did not exist when first asked for, by path: a root keeps its name once made. */
const givenNames = new Map<string, string>();

/**
 * The true name of a folder, whatever links lead to it; also of one that is yet to be made, as far as the
 * folders above it are accessible.
 */
export function trueName(path: string): string {
  const given = givenNames.get(path);
  if (given !== undefined) return given;
  const name = nameOf(path);
  // What is there may be a link, which may lead elsewhere the next time.
  if (!isThere(path)) givenNames.set(path, name);
  return name;
}

function nameOf(root: string): string {
  const real = (path: string): string => (path === root || mayRead(path) ? orItself(path) : path);
  return realPath(root, { dirname, basename, join, real, isLink });
}

/** The path itself where Deno does not tell what it leads to. */
function orItself(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return path;
    throw error;
  }
}

/**
 * Whether Deno opens a folder above the root without prompting the user for it: the root is all that is
 * needed.
 */
export function mayRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}
