// The words that programs for long runs take: a seed, and the suites to run.

/**
 * Throws, in a sentence, unless a word is a seed.
 *
 * @param {string} word
 */
export function mustBeSeed(word) {
  if (!/^\d{1,15}$/.test(word)) throw new Error(`--seed takes a whole number, not ${word}.`);
}

/**
 * The suites named by a list with commas, by default all; throws, in a sentence, if one is unknown.
 *
 * @param {string | undefined} words
 * @param {readonly string[]} all
 */
export function suitesIn(words, all) {
  const only = words?.split(",") ?? all;
  const unknown = only.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no suite ${unknown.join(", ")}; there are ${all.join(", ")}.`);
  return only;
}
