import type { Hold } from "../storage/storage.ts";

/** A write lock that nobody takes away. */
export const HELD: Pick<Hold, "mustHold"> = { mustHold: async () => {} };
