import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { encode } from "@baba/node";
import { generateIdentity } from "age-encryption";
import type { InferInput } from "valibot";
import * as v from "valibot";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { filesBelow } from "../harness/tree.ts";
import type { Way, WriterArgument } from "./model.ts";
import { FORMS, findSecrets } from "./search.ts";

const KILLS = 100;
const STORES = 4;
const SECRETS = 20;
/** A writer is killed within this time after its first commit, in milliseconds. */
const LONGEST_LIFE = 80;

/** No file that a sealed store ever leaves (records, journal, temporary files, logs) reveals a secret. */
export async function secrets(suite: Suite): Promise<void> {
  findPlanted(suite);
  for (let i = 0; i < STORES; i++) await killWriters(suite, i, suite.size(KILLS / STORES));
}

/** Proves that the search finds a secret in every form and at every shift. */
function findPlanted({ folder, check }: Suite): void {
  const directory = join(folder, "planted");
  mkdirSync(directory);
  const secret = Buffer.from(secretOf("planted"));
  for (const [form, bytes] of planted(secret)) {
    writeFileSync(join(directory, "file"), bytes);
    check(
      findSecrets(directory, [secret]).some((place) => place.endsWith(form)),
      `a planted secret in ${form} was not found`,
    );
  }
  writeFileSync(join(directory, "file"), createHash("sha512").update(secret).digest());
  check(findSecrets(directory, [secret]).length === 0, "a secret was found where there is none");
  check(
    FORMS.every(({ form }) => planted(secret).some(([name]) => name === form)),
    "a form was not planted",
  );
}

function planted(secret: Buffer): [form: string, bytes: Buffer][] {
  const around = (bytes: Uint8Array, before = "ab"): Buffer =>
    Buffer.concat([Buffer.from(before), bytes, Buffer.from("yz")]);
  const wide = Buffer.from(secret.toString("latin1"), "utf16le");
  const shifts = ["", "x", "xy", "xyz"].map((before) => around(secret, before).toString("base64"));
  return [
    ["plain", around(secret)],
    ["UTF-16, little endian", around(wide)],
    ["UTF-16, big endian", around(Buffer.from(wide).swap16())],
    ["hexadecimal", around(Buffer.from(secret.toString("hex")))],
    ...shifts.map((text): [string, Buffer] => ["base64", Buffer.from(text)]),
    ["base-3", around(encode(around(secret)))],
  ];
}

/** Kills one writer after another on one store, and searches everything left each time. */
async function killWriters(suite: Suite, count: number, kills: number): Promise<void> {
  const { folder, check, random, progress } = suite;
  const directory = join(folder, `store-${count}`);
  mkdirSync(directory);
  const texts = Array.from({ length: SECRETS }, (_, i) => secretOf(`${suite.seed} ${count} ${i}`));
  const unlock = await wayOf(count, secretOf(`${suite.seed} ${count} lock`));
  const hidden = [...texts.map((text) => Buffer.from(text)), lockSecretOf(unlock)];
  let searched = 0;
  for (let i = 0; i <= kills; i++) {
    const settle = random.pick(["commit", "background"] as const);
    const writer = startWriter({ directory, unlock, secrets: texts, seed: random.below(2 ** 31), settle });
    await writer.next(v.object({}));
    await after(random.below(LONGEST_LIFE));
    // One more closes the store, to search what a checkpoint leaves too.
    await (i === kills ? writer.finish() : writer.kill());
    const places = findSecrets(directory, hidden);
    check(places.length === 0, `store ${count}, after ${i + 1} writers: ${places.join("; ")}`);
    searched += filesBelow(directory).length;
  }
  check(
    filesBelow(directory).some((name) => name.startsWith("baba_logs/")),
    "no log was there to be searched",
  );
  progress(`store ${count} (${unlock.way}): ${kills} writers were killed, ${searched} files searched`);
  rmSync(directory, { recursive: true });
}

function startWriter(argument: InferInput<typeof WriterArgument>): Child {
  return new Child("secrets-writer", argument);
}

/** How a store is unlocked: mostly in ways that take no time. */
async function wayOf(count: number, secret: string): Promise<Way> {
  if (count % 4 === 3) return { way: "passphrase", passphrase: secret };
  if (count % 2 === 1) return { way: "identity", identity: await generateIdentity() };
  return { way: "key", key: createHash("sha256").update(secret).digest("hex") };
}

/** The lock's own secret. */
function lockSecretOf(unlock: Way): Buffer {
  if (unlock.way === "passphrase") return Buffer.from(unlock.passphrase);
  return unlock.way === "identity" ? Buffer.from(unlock.identity) : Buffer.from(unlock.key, "hex");
}

/** A text that does not occur by chance. */
function secretOf(seed: string): string {
  return `Zq${createHash("sha256").update(seed).digest("base64url").replace(/[-_]/g, "k").slice(0, 22)}`;
}
