/**
 * The age package, loaded where a key file is first locked or opened: it takes longer to load than all else together, and a
 * plain store, or one with a raw key, has no need of it.
 */
export function loadAge(): Promise<typeof import("age-encryption")> {
  return import("age-encryption");
}
