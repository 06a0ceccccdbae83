import { printable } from "../printable.ts";

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]{0,63}$/u;
const MOST_SEGMENTS = 32;
const LONGEST_PATH = 256;

/**
 * Formats a path in a record for a message: `$.team.tags[3]`, `$["odd key"]`. Long ones are cut.
 *
 * @param root what the path starts from; `""` gives `team.tags[3]`
 * @param segments property names, and numbers as array indices
 */
export function formatPath(root: string, segments: readonly PropertyKey[]): string {
  const shown = segments.slice(0, MOST_SEGMENTS).map(formatSegment).join("");
  const path = root === "" && shown.startsWith(".") ? shown.slice(1) : root + shown;
  const cut = path.slice(0, LONGEST_PATH);
  return cut === path && segments.length <= MOST_SEGMENTS ? path : `${cut}…`;
}

function formatSegment(segment: PropertyKey): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (typeof segment === "symbol") return `[${String(segment)}]`;
  return IDENTIFIER.test(segment) ? `.${segment}` : `[${printable(JSON.stringify(segment))}]`;
}
