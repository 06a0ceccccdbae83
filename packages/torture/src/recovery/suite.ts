import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { decode } from "@baba/node";
import type { InferInput } from "valibot";
import * as v from "valibot";
import { Child } from "../harness/child.ts";
import { NODE, type Runtime } from "../harness/runtime.ts";
import type { Suite } from "../harness/suite.ts";
import { filesBelow, leftoversOf, recordFilesOf, treeDigest } from "../harness/tree.ts";
import { type Damage, flips, truncations } from "./damage.ts";
import { describe, statesAfter } from "./ledger.ts";
import { Found, Item, type Request, type WriterArgument } from "./model.ts";
import { strangersIn } from "./strangers.ts";

const KILLS = 100;
const DAMAGED_STORES = 3;
/** A writer is killed within this time after its first commit, in milliseconds. */
const LONGEST_LIFE = 60;
const STEP = 64;
/** This many bytes at the journal's end are damaged `FINER` times as densely. */
const NEWEST = 800;
const FINER = 16;
const TRUNCATIONS = 20;

/** After a kill, the next process finds all acknowledged commits; a damaged journal is always refused. */
export async function recovery(suite: Suite): Promise<void> {
  const openers = [new Child("recovery-opener", null), new Child("recovery-opener", null)] as const;
  for (let i = 0; i < suite.size(KILLS); i++) await killAndOpen(suite, i, openers);
  suite.progress(`${suite.size(KILLS)} writers were killed`);
  for (let i = 0; i < suite.size(DAMAGED_STORES); i++) await damageJournal(suite, i, openers[0]);
  await Promise.all(openers.map((opener) => opener.finish()));
}

/** Kills a writer, and opens the store in a writing and a reading process at the same time. */
export async function killAndOpen(
  suite: Suite,
  count: number,
  [writing, reading]: readonly [Child, Child],
  runtime: Runtime = NODE,
): Promise<void> {
  const { folder, check, random } = suite;
  const directory = join(folder, `killed-${count}`);
  const store = `store ${count}`;
  const commits = random.share() < 0.5 ? 1 + random.below(20) : undefined;
  const ledger = await writeAndDie(suite, directory, commits, runtime);
  const [writer, reader] = await Promise.all([
    ask(writing, { act: "open", directory, visit: "a" }),
    ask(reading, { act: "open", directory }),
  ]);
  const states = statesAfter([ledger]);
  for (const [who, found] of Object.entries({ writer, reader }))
    check(
      isOneOf(found, states),
      `${store}: the next ${who} finds ${words(found)}, not ${states.join(" or ")}`,
    );
  const strange = strangersIn(directory, [writing.pid, reading.pid]);
  check(strange.length === 0, `${store}: a dead writer's files are left: ${strange.join(", ")}`);
  for (const opener of [writing, reading]) await ask(opener, { act: "close" });
  const left = leftoversOf(directory);
  check(left.length === 0, `${store}: a closed store holds leftovers: ${left.join(", ")}`);
  rmSync(directory, { recursive: true });
}

/** Returns the ledger of a writer that was killed: by itself after some commits, or at a random time. */
async function writeAndDie(
  { random, folder }: Suite,
  directory: string,
  commits: number | undefined,
  runtime: Runtime = NODE,
): Promise<string> {
  const ledger = `${directory}-ledger`;
  const writer = startWriter(
    {
      ...{ directory, ledger, seed: random.below(1_000_000), settle: "background", end: "kill" },
      commits: commits ?? 1_000_000,
    },
    runtime,
    folder,
  );
  if (commits === undefined) {
    await writer.next(v.object({}));
    await after(random.below(LONGEST_LIFE));
    await writer.kill();
  }
  const { signal } = await writer.ended();
  if (signal !== "SIGKILL") throw new Error(`A writer ended before it was killed: ${writer.errors}`);
  return ledger;
}

/** Damages copies of a store whose newest commits are only in the journal. */
async function damageJournal(suite: Suite, count: number, opener: Child): Promise<void> {
  const { folder, check, progress } = suite;
  const pristine = join(folder, `pristine-${count}`);
  const expected = await leaveJournal(suite, pristine);
  const damages = damagesOf(suite, pristine);
  let refused = 0;
  for (const [i, damage] of damages.entries()) {
    const directory = join(folder, `damaged-${count}-${i}`);
    cpSync(pristine, directory, { recursive: true, preserveTimestamps: true });
    damage.apply(join(directory, damage.file));
    if (await judge(directory, damage, expected, opener, i % 2 === 0 ? undefined : "a", check)) refused++;
    rmSync(directory, { recursive: true });
  }
  check(
    refused > 0 && refused < damages.length,
    `${refused} of ${damages.length} damaged journals were refused`,
  );
  progress(`${refused} of ${damages.length} damaged journals were refused, the others had lost nothing`);
}

/** Makes a store whose newest commits are only in the journal; returns its state. */
async function leaveJournal(suite: Suite, directory: string): Promise<string> {
  const closed = `${directory}-closed`;
  const seed = suite.random.below(1_000_000);
  await startWriter({
    directory,
    ledger: closed,
    seed,
    settle: "commit",
    commits: 10,
    end: "close",
  }).finish();
  const ledger = await writeAndDie(suite, directory, 12);
  const [expected = ""] = statesAfter([closed, ledger]);
  suite.check(
    describe(versionsInFiles(directory)) !== expected,
    "no commit of a store to be damaged was in its journal alone",
  );
  return expected;
}

/** Whether the store was refused, and left unchanged; otherwise it must have lost nothing. */
async function judge(
  directory: string,
  { file, what }: Damage,
  expected: string,
  opener: Child,
  visit: string | undefined,
  check: Suite["check"],
): Promise<boolean> {
  const before = treeDigest(directory);
  const found = await ask(opener, { act: "open", directory, visit });
  await ask(opener, { act: "close" });
  if (found.error === undefined) {
    check(isOneOf(found, [expected]), `${file}, ${what}: ${words(found)} was found and not ${expected}`);
    return false;
  }
  check(found.error === "BABA_JOURNAL", `${file}, ${what}: refused with ${found.error}`);
  check(treeDigest(directory) === before, `${file}, ${what}: refused, and the files were changed`);
  return true;
}

/** Damages all of the journal, more densely at its end: nothing later confirms the newest commit. */
function damagesOf({ scale, size, random }: Suite, pristine: string): Damage[] {
  const names = filesBelow(join(pristine, ".baba", "journal"));
  return names.flatMap((name) => {
    const file = `.baba/journal/${name}`;
    const bytes = readFileSync(join(pristine, file));
    const end = 1 + bytes.findLastIndex((byte) => byte !== 0);
    return [
      ...flips(file, { from: 0, to: bytes.length }, stepAt(scale), random),
      ...flips(file, { from: Math.max(0, end - NEWEST), to: end }, stepAt(scale * FINER), random),
      ...truncations(file, bytes.length, size(TRUNCATIONS), random),
    ];
  });
}

function stepAt(scale: number): number {
  return Math.max(1, Math.round(STEP / scale));
}

/** The versions in the record files. */
function versionsInFiles(directory: string): Record<string, number> {
  const names = recordFilesOf(directory);
  return Object.fromEntries(
    names.map((name) => {
      const json = new TextDecoder().decode(decode(readFileSync(join(directory, name))));
      return [name, v.parse(Item, JSON.parse(json)).version];
    }),
  );
}

function isOneOf({ items }: Found, states: readonly string[]): boolean {
  return items !== undefined && states.includes(describe(items));
}

function words({ error, items }: Found): string {
  return error ?? describe(items ?? {});
}

async function ask(child: Child, request: Request): Promise<Found> {
  child.send(request);
  return child.next(Found);
}

function startWriter(
  argument: InferInput<typeof WriterArgument>,
  runtime: Runtime = NODE,
  folder = argument.directory,
): Child {
  mkdirSync(argument.directory, { recursive: true });
  return new Child("recovery-writer", argument, runtime, folder);
}
