/**
 * Loads the age package when a key file is first locked or opened: it takes longer to load than all the rest,
 * and a plain store, or one with a raw key, does not need it.
 */
export function loadAge(): Promise<typeof import("age-encryption")> {
  return import("age-encryption");
}
