// The measurements behind these numbers are in docs/performance.md, "Files on Node.js".
/** Bytes that are read or written on the calling thread at most, at one go. */
export const SHORT_BYTES: number = 256 * 1024;
/** Bytes up to which a file is read or written on the calling thread, in such pieces: memory fills, or is filled, before a thread has started. */
export const LONG_BYTES: number = 8 * 1024 * 1024;
/** Slices under way: both threads at work, and one more for each. */
export const LANES = 4;
