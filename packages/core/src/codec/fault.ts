import { BabaError } from "../errors.ts";

/** The faults of a text, by the numbers that the kernel returns. */
export const Fault = {
  digit: 1,
  value: 2,
  space: 3,
  fillerDigit: 4,
  fillerLetter: 5,
  end: 6,
} as const;

const EXPECTED: Readonly<Record<number, string>> = {
  [Fault.digit]: "one of the digits 0, 1 and 2",
  [Fault.space]: "white space",
  [Fault.fillerDigit]: "a decimal digit of a filler",
  [Fault.fillerLetter]: "the lower-case letter of a filler",
};

const ADVICE: string =
  "The file is damaged or is not base-3 text: restore it from a copy, or write the record again.";

/** The error for a fault at an offset of the text. It reveals no more of the text than the byte at fault. */
export function codecError(fault: number, offset: number, byte: number | undefined): BabaError {
  return new BabaError("BABA_CODEC", `${sentence(fault, offset, byte)} ${ADVICE}`, { offset });
}

function sentence(fault: number, offset: number, byte: number | undefined): string {
  if (fault === Fault.value) return `The six digits at byte ${offset} have a value of more than 255.`;
  if (fault === Fault.end || byte === undefined) {
    return `The text ends at byte ${offset}, inside a group of six digits and a filler.`;
  }
  const found = byte.toString(16).padStart(2, "0");
  return `Byte ${offset} is 0x${found} where ${EXPECTED[fault]} was expected.`;
}
