/**
 * The keys that mark an object of one property as a value that JSON has no form for. Changing this set
 * changes the format: older files may hold such a key as the user's own.
 */
const TAGS: ReadonlySet<string> = new Set([
  "$date",
  "$numberLong",
  "$bigint",
  "$binary",
  "$numberInt",
  "$numberDouble",
  "$map",
  "$set",
  "$literal",
]);

/** The bounds of `$numberLong`: a signed integer of 64 bits. */
export const LEAST_LONG: bigint = -(2n ** 63n);
/** See {@link LEAST_LONG}. */
export const GREATEST_LONG: bigint = 2n ** 63n - 1n;
/** The most digits of an integer: conversion takes more than linear time. */
export const MOST_DIGITS = 1_000_000;
/** The last millisecond that `$date` writes as text (year 9999); the first is 0. */
export const LAST_TEXT_DATE = 253_402_300_799_999;

/** Whether an object with this one key would be read as something else. */
export function isTag(key: string): boolean {
  return key.charCodeAt(0) === 0x24 && TAGS.has(key);
}
