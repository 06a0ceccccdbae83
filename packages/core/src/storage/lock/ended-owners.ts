/**
 * The tokens of owners in this process that have ended although their lock or file may still exist: a removal
 * failed, or their folder was away. They write no more, which this process knows, and no other can.
 */
export const endedOwners: Set<string> = new Set();
