/**
 * Milliseconds between attempts at what fails because too many files are open, about a second in total; after
 * that, the caller gets the error.
 */
export const PAUSES: readonly number[] = [5, 10, 20, 40, 80, 160, 320, 400];
