/**
 * What one call does to a disk, as data: replaying a recorded list on a copy of the disk that it started with
 * gives the same disk. `failed` syncs are those that reported an error.
 */
export type DiskOperation =
  | { readonly call: "create"; readonly path: string }
  | { readonly call: "write"; readonly path: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly call: "link"; readonly path: string; readonly to: string }
  | { readonly call: "rename"; readonly path: string; readonly to: string }
  | { readonly call: "remove"; readonly path: string }
  | { readonly call: "makeFolder"; readonly path: string }
  | { readonly call: "sync"; readonly path: string; readonly failed: boolean }
  | { readonly call: "syncFolder"; readonly path: string; readonly failed: boolean };

/** An operation in a few words. */
export function describeOperation(operation: DiskOperation): string {
  switch (operation.call) {
    case "write":
      return `write ${operation.path} [${operation.offset}, ${operation.offset + operation.bytes.length})`;
    case "link":
    case "rename":
      return `${operation.call} ${operation.path} -> ${operation.to}`;
    case "sync":
    case "syncFolder":
      return `${operation.call} ${operation.path}${operation.failed ? " (failed)" : ""}`;
    default:
      return `${operation.call} ${operation.path}`;
  }
}
