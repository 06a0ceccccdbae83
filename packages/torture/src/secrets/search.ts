import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "../harness/tree.ts";

/** A form in which a file could reveal a secret, and how to recognise it. */
export type Form = { readonly form: string; readonly shown: (file: Buffer, secret: Buffer) => boolean };

/** All forms that are searched for. */
export const FORMS: readonly Form[] = [
  { form: "plain", shown: (file, secret) => file.includes(secret) },
  { form: "UTF-16, little endian", shown: (file, secret) => file.includes(utf16(secret)) },
  { form: "UTF-16, big endian", shown: (file, secret) => file.includes(utf16(secret).swap16()) },
  {
    form: "hexadecimal",
    shown: (file, secret) => file.toString("latin1").toLowerCase().includes(secret.toString("hex")),
  },
  { form: "base64", shown: inBase64 },
  { form: "base-3", shown: inBase3 },
];

/** Describes every file below a folder that reveals a secret. */
export function findSecrets(folder: string, secrets: readonly Buffer[]): string[] {
  return filesBelow(folder).flatMap((name) => {
    const file = readFileSync(join(folder, name));
    const found = FORMS.filter(({ shown }) => secrets.some((secret) => shown(file, secret)));
    return found.map(({ form }) => `${name} shows a secret in ${form}`);
  });
}

function utf16(secret: Buffer): Buffer {
  return Buffer.from(secret.toString("latin1"), "utf16le");
}

/** What precedes the secret shifts it by zero, one or two bytes within a group of three. */
function inBase64(file: Buffer, secret: Buffer): boolean {
  const text = file.toString("latin1").replaceAll("-", "+").replaceAll("_", "/");
  return [0, 1, 2].some((shift) => {
    // Only characters that are fully determined by the secret.
    const characters = Buffer.concat([Buffer.alloc(shift), secret]).toString("base64");
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor(((shift + secret.length) * 8) / 6);
    return text.includes(characters.slice(first, last));
  });
}

/** Six digits per byte, with fillers in between. */
function inBase3(file: Buffer, secret: Buffer): boolean {
  const digits = [...secret].map((byte) => byte.toString(3).padStart(6, "0"));
  const first = Buffer.from(`${digits[0]} `);
  for (let at = file.indexOf(first); at >= 0; at = file.indexOf(first, at + 1)) {
    const text = file.toString("latin1", at, at + 11 * secret.length);
    if (digits.every((group, i) => text.startsWith(group, 11 * i))) return true;
  }
  return false;
}
