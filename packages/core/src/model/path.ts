import { printable } from "../printable.ts";

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]{0,63}$/u;
const MOST_SEGMENTS = 32;
const LONGEST_PATH = 256;

/**
 * Formats a path in a record for a message: `$.team.tags[3]`, `$["odd key"]`. Long ones are cut.
 *
 * @param root what the path starts from; `""` gives `team.tags[3]`
 * @param segments property names, numbers as array indices, and the keys of maps, which may be anything
 */
export function formatPath(root: string, segments: readonly unknown[]): string {
  const shown = segments.slice(0, MOST_SEGMENTS).map(formatSegment).join("");
  const path = root === "" && shown.startsWith(".") ? shown.slice(1) : root + shown;
  const cut = path.slice(0, LONGEST_PATH);
  return cut === path && segments.length <= MOST_SEGMENTS ? path : `${cut}…`;
}

/** Of an object nothing is asked, as it might throw, or run code of its own. */
function formatSegment(segment: unknown): string {
  if (typeof segment === "string")
    return IDENTIFIER.test(segment) ? `.${segment}` : `[${printable(JSON.stringify(segment))}]`;
  const isObject = Object(segment) === segment;
  return `[${isObject ? typeof segment : printable(String(segment))}]`;
}
