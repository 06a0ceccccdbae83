// The measurements behind these numbers are in docs/performance.md, "Files on Node.js".
/** The most bytes to read or write on the calling thread in one go. */
export const SHORT_BYTES: number = 256 * 1024;
/**
 * Files up to this size are read or written on the calling thread, in such pieces: that is done before a
 * thread has started.
 */
export const LONG_BYTES: number = 8 * 1024 * 1024;
/** Bytes after which a thread's batch of reads ends: the files of a slice may be of any length. */
export const MOST_BYTES: number = 8 * 1024 * 1024;
/** Slices in progress: one for each of two threads to work on, and one more for each. */
export const LANES = 4;
