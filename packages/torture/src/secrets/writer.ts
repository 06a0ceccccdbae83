import { type AsyncSession, BabaDB } from "@baba/node";
import * as v from "valibot";
import { Chance } from "../harness/chance.ts";
import { say, stopSignal } from "../harness/parent.ts";
import { Letter, type Way, WriterArgument } from "./model.ts";

type Record = v.InferOutput<typeof Letter>;
type Session = AsyncSession<typeof Letter>;

const FOLDERS = ["letters", "letters/old"];
const LETTERS = 40;
/** A schema that refuses every subject. */
const Refusing = v.object({ id: v.number(), subject: v.pipe(v.string(), v.regex(/^none$/)) });
/** The number of secrets in a long letter, which is large enough to be deflated. */
const MANY = 400;

/** Writes, reads, moves and deletes letters full of secrets, with debug logging, until it is stopped. */
export async function run(argument: unknown): Promise<void> {
  const { directory, unlock, secrets, seed, settle } = v.parse(WriterArgument, argument);
  // Logs go to the working directory, and are searched too.
  process.chdir(directory);
  const options = { directory: ".", settle, logging: true, logLevel: "debug" } as const;
  const db = new BabaDB(Letter, { ...options, ...optionsOf(unlock) });
  const random = new Chance(seed);
  const stop = stopSignal();
  for (let i = 0; !stop.aborted; i++) {
    await db.asyncSession((session) => work(session, random, secrets));
    if (i === 0) say({});
  }
  await db.close();
}

function optionsOf(unlock: Way): { passphrase: string } | { identity: string } | { key: Uint8Array } {
  if (unlock.way === "key") return { key: Buffer.from(unlock.key, "hex") };
  return unlock.way === "passphrase" ? { passphrase: unlock.passphrase } : { identity: unlock.identity };
}

async function work(session: Session, random: Chance, secrets: readonly string[]): Promise<void> {
  for (let i = 0; i < 1 + random.below(6); i++) await session.add(letter(random, secrets), nameOf(random));
  if (random.share() < 0.3) await session.delete(nameOf(random));
  if (random.share() < 0.3) await moveOne(session, random);
  if (random.share() < 0.3) await session.filter(random.pick(FOLDERS), { subject: random.pick(secrets) });
  await misuse(session, random.pick(secrets));
}

async function moveOne(session: Session, random: Chance): Promise<void> {
  const to = nameOf(random);
  if (!(await session.exists(to))) await session.move(nameOf(random), to);
}

/** A schema's message quotes what it refuses, and must not reach the log. */
async function misuse(session: Session, secret: string): Promise<void> {
  await session.add(Refusing, { id: 1, subject: secret }).catch(() => undefined);
}

function letter(random: Chance, secrets: readonly string[]): Record {
  const lines = random.share() < 0.1 ? MANY : 1 + random.below(4);
  return {
    id: random.below(1000),
    subject: random.pick(secrets),
    body: Array.from({ length: lines }, () => `${random.share()} ${random.pick(secrets)}`).join("\n"),
    notes: { [random.pick(secrets)]: random.pick(secrets) },
    seal: Uint8Array.from(Buffer.from(random.pick(secrets))),
  };
}

function nameOf(random: Chance): string {
  return `${random.pick(FOLDERS)}/${random.below(LETTERS)}.baba`;
}
