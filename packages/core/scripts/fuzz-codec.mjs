import { referenceDecode } from "../dist/codec/reference.js";
import { decode, encode } from "../dist/index.js";

/** Decodes mutated texts with the codec and the reference; the results or errors must be identical. */
export function fuzzCodec(inputs, seed, say) {
  const random = generator(seed);
  const violations = [];
  for (let input = 0; input < inputs; input++) {
    const text = mutated(random);
    const [ours, reference] = [outcome(decode, text), outcome(referenceDecode, text)];
    if (ours !== reference)
      violations.push(`${JSON.stringify(String.fromCharCode(...text))}: ${ours}; reference: ${reference}`);
    if (violations.length > 10) break;
    if (input % 100_000 === 99_999) say(`  ${input + 1} of ${inputs} inputs`);
  }
  return { passed: inputs - violations.length, violations };
}

/** The text of up to 60 bytes with a few places changed, removed, inserted, cut off or duplicated. */
function mutated(random) {
  const bytes = Uint8Array.from({ length: random(60) }, () => random(256));
  const text = Array.from(encode(bytes));
  for (let change = random(4); change > 0; change--) {
    const at = random(text.length + 1);
    const kind = random(6);
    if (kind === 0) text.splice(at, 1);
    else if (kind === 1) text.splice(at, 0, character(random));
    else if (kind === 2) text[at] = character(random);
    else if (kind === 3) text[at] = (text[at] ?? 0) ^ (1 << random(8));
    else if (kind === 4) text.length = at;
    else text.splice(at, 0, ...text.slice(at, at + random(24)));
  }
  return Uint8Array.from(text);
}

/** Half of the time a character of the format, so that many texts are nearly legal. */
function character(random) {
  const near = "012012012 09az\t\n\v\f\r3:`{/";
  return random(2) === 0 ? random(256) : near.charCodeAt(random(near.length));
}

function outcome(decoder, text) {
  try {
    return `bytes ${decoder(text).join(" ")}`;
  } catch (error) {
    return error.code === "BABA_CODEC" ? error.message : `untyped: ${error.stack}`;
  }
}

/** A seeded generator of whole numbers below a limit (mulberry32). */
function generator(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
