import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { BabaDB } from "@baba/node";
import { generateIdentity } from "age-encryption";
import * as v from "valibot";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { recordFilesOf } from "../harness/tree.ts";
import { FOLDERS, Found, Page, textOf } from "./model.ts";

const KILLS = 100;
/** Enough for several steps of a rewrap. */
const PAGES = 900;
/** Kills before a rewrap is allowed to finish. */
const KILLS_A_ROUND = 5;
const Done = v.object({ problems: v.number() });

/** A rotation or rewrap killed at any time is finished by the next, and all records stay readable. */
export async function rotation(suite: Suite): Promise<void> {
  const directory = join(suite.folder, "store");
  const identity = await generateIdentity();
  await writePages(directory, identity);
  const reader = new Child("rotation-reader", { directory, identity });
  const whole = await timeOfOne(suite, directory, identity);
  const wanted = suite.size(KILLS);
  let interrupted = 0;
  for (let kills = 0; kills < wanted; kills++) {
    if (await killKeeper(suite, { directory, identity, whole, rotate: kills % 2 === 0 })) interrupted++;
    await judge(suite, reader, "same", `the open reader after ${kills + 1} kills`);
    await judge(suite, reader, "anew", `a new reader after ${kills + 1} kills`);
    if (kills % KILLS_A_ROUND < KILLS_A_ROUND - 1 && kills + 1 < wanted) continue;
    await finishOne(suite, directory, identity);
    await judge(suite, reader, "verify", `everything after a whole rewrap and ${kills + 1} kills`);
    suite.progress(`${kills + 1} of ${wanted} kills`);
  }
  suite.check(interrupted > 0, `none of ${wanted} kills interrupted anything`);
  suite.progress(`${interrupted} of ${wanted} were killed before they had finished`);
  await reader.finish();
}

async function writePages(directory: string, identity: string): Promise<void> {
  const db = new BabaDB(Page, { directory, identity, logging: false });
  await db.asyncSession(async (session) => {
    for (let id = 0; id < PAGES; id++) {
      await session.add(
        { id, text: textOf(id) },
        `${FOLDERS[id % FOLDERS.length]}/${id}.baba`.replace(/^\.\//, ""),
      );
    }
  });
  await db.close();
}

/** How long a rotation with its rewrap takes here, so that kills fall anywhere within it. */
async function timeOfOne({ check }: Suite, directory: string, identity: string): Promise<number> {
  const sealed = pageFiles(directory);
  const keeper = await startKeeper(directory, identity);
  const start = performance.now();
  await rewrap(keeper, true);
  const time = performance.now() - start;
  await keeper.finish();
  const left = pageFiles(directory).filter((bytes, i) => sealed[i]?.equals(bytes)).length;
  check(left === 0, `${left} of ${PAGES} pages are as they were before a rotation and rewrap`);
  return time;
}

function pageFiles(directory: string): Buffer[] {
  return recordFilesOf(directory).map((name) => readFileSync(join(directory, name)));
}

type Kill = {
  readonly directory: string;
  readonly identity: string;
  /** How long a complete one takes, in milliseconds. */
  readonly whole: number;
  readonly rotate: boolean;
};

/**
 * Whether a keeper was killed before it had finished. One kill in three falls into the first tenth, where the
 * key file and the journal change.
 */
async function killKeeper({ random }: Suite, { directory, identity, whole, rotate }: Kill): Promise<boolean> {
  const keeper = await startKeeper(directory, identity);
  keeper.send(rotate ? "rotate" : "go on");
  await after(random.share() * whole * (random.share() < 1 / 3 ? 0.1 : 1));
  await keeper.kill();
  return !keeper.hasSpoken;
}

async function finishOne({ check }: Suite, directory: string, identity: string): Promise<void> {
  const keeper = await startKeeper(directory, identity);
  const problems = await rewrap(keeper, false);
  check(problems === 0, `a rewrap that was run again met ${problems} problems`);
  await keeper.finish();
}

async function startKeeper(directory: string, identity: string): Promise<Child> {
  const keeper = new Child("rotation-keeper", { directory, identity });
  await keeper.next(v.object({}));
  return keeper;
}

async function rewrap(keeper: Child, rotate: boolean): Promise<number> {
  keeper.send(rotate ? "rotate" : "go on");
  return (await keeper.next(Done)).problems;
}

async function judge({ check }: Suite, reader: Child, how: string, who: string): Promise<void> {
  reader.send(how);
  const { pages, wrong } = await reader.next(Found);
  check(
    pages === PAGES && wrong.length === 0,
    `${who}: ${pages} of ${PAGES} pages, ${wrong.slice(0, 5).join("; ")}`,
  );
}
