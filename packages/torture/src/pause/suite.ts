import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { audit } from "./audit.ts";
import { Begun, Outcome, type Request } from "./model.ts";

const PAUSES = 20;
const FORCED = 20;
/** A contender is left waiting for up to this long, in milliseconds: not long enough for `LockedError`. */
const LONGEST_PAUSE = 400;
/** A holder that has not taken the lock after this long will not take it any more, in milliseconds. */
const LONGEST_WAIT = 60_000;
const LATE: readonly (string | undefined)[] = ["BABA_COMMIT_UNKNOWN", "BABA_LOCKED"];

/** A store and two processes that use it. */
type Scene = { readonly directory: string; readonly holder: Child; readonly contender: Child };

/** Where the holder is paused: in its session's callback, or anywhere in a commit. */
type Place = "session" | "commit";

/** A process paused while holding the lock keeps it; if the lock was taken by force, it does no harm. */
export async function pause(suite: Suite): Promise<void> {
  let scenes = 0;
  const each = async (
    count: number,
    work: (scene: Scene, place: Place) => Promise<Outcome[]>,
  ): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const scene = openScene(join(suite.folder, `scene-${scenes++}`));
      const outcomes = await work(scene, i % 2 === 0 ? "session" : "commit");
      await Promise.all([scene.holder.finish(), scene.contender.finish()]);
      await audit(scene.directory, outcomes, suite);
    }
  };
  await each(Math.max(2, suite.size(PAUSES)), (scene, place) => waitAndGo(scene, place, suite));
  suite.progress(`${scenes} times a holder was stopped and went on`);
  await each(1, (scene) => waitInVain(scene, suite));
  suite.progress("once its contender gave up");
  const before = scenes;
  await each(Math.max(2, suite.size(FORCED)), (scene, place) => takeByForce(scene, place, suite));
  suite.progress(`${scenes - before} times its lock was taken by force`);
}

/** The contender waits while the holder is paused, and commits after it. */
async function waitAndGo(scene: Scene, place: Place, suite: Suite): Promise<Outcome[]> {
  const { directory, holder, contender } = scene;
  await stopWithLock(scene, place);
  ask(contender, "count");
  await contender.next(Begun);
  await after(20 + suite.random.below(LONGEST_PAUSE));
  suite.check(ownerOf(directory) === holder.pid, `the lock of a stopped process (${place}) changed hands`);
  suite.check(!contender.hasSpoken, `a contender committed while the stopped holder (${place}) had the lock`);
  holder.resume();
  ask(holder, "go");
  const [held, counted] = [await holder.next(Outcome), await contender.next(Outcome)];
  suite.check(held.error === undefined, `the holder failed after its pause (${place}): ${held.message}`);
  suite.check(
    counted.error === undefined,
    `the contender failed after the pause (${place}): ${counted.message}`,
  );
  if (place === "session")
    suite.check(counted.at > held.at, "the contender committed before the holder let go");
  return [held, counted];
}

/** The contender gives up, and names the holder. */
async function waitInVain(scene: Scene, { check }: Suite): Promise<Outcome[]> {
  const { holder, contender } = scene;
  await stopWithLock(scene, "session");
  ask(contender, "count");
  await contender.next(Begun);
  const refused = await contender.next(Outcome);
  check(refused.error === "BABA_LOCKED", `a contender that waited in vain got ${refused.error}`);
  check(
    refused.message.includes(String(holder.pid)),
    `the error does not name the owner: ${refused.message}`,
  );
  holder.resume();
  ask(holder, "go");
  const held = await holder.next(Outcome);
  ask(contender, "count");
  await contender.next(Begun);
  const counted = await contender.next(Outcome);
  check(
    held.error === undefined && counted.error === undefined,
    `after a wait in vain, the holder (${held.message}) or the next commit (${counted.message}) failed`,
  );
  return [held, refused, counted];
}

/** The contender takes the lock by force and commits; the holder wakes up too late. */
async function takeByForce(scene: Scene, place: Place, { check }: Suite): Promise<Outcome[]> {
  const { holder, contender } = scene;
  await stopWithLock(scene, place);
  ask(contender, "force");
  const forced = await contender.next(Outcome);
  ask(contender, "count");
  await contender.next(Begun);
  const counted = await contender.next(Outcome);
  check(
    forced.error === undefined && counted.error === undefined,
    `no commit after forceUnlock(): ${counted.message}`,
  );
  holder.resume();
  ask(holder, "go");
  const held = await holder.next(Outcome);
  // One paused at the very end of a commit may have completed it.
  const fits = LATE.includes(held.error) || (place === "commit" && held.error === undefined);
  check(fits, `a late commit (${place}) ended with ${held.error ?? "success"}: ${held.message}`);
  return [counted, held];
}

/** Pauses the holder while it has the lock. */
async function stopWithLock({ directory, holder }: Scene, place: Place): Promise<void> {
  ask(holder, place === "session" ? "hold" : "storm");
  await holder.next(Begun);
  const start = performance.now();
  for (;;) {
    while (ownerOf(directory) !== holder.pid) {
      if (performance.now() - start > LONGEST_WAIT)
        throw new Error(`The holder (${place}) did not take the lock: ${holder.errors || "no words"}`);
      await after(0);
    }
    await holder.pause();
    if (ownerOf(directory) === holder.pid) return;
    holder.resume();
  }
}

/** The process that `.baba/lock` names. */
function ownerOf(directory: string): number | undefined {
  const path = join(directory, ".baba", "lock");
  if (!existsSync(path)) return undefined;
  try {
    return Number(/"pid":(\d+)/.exec(readFileSync(path, "utf8"))?.[1]);
  } catch {
    // Released in the meantime.
    return undefined;
  }
}

function ask(child: Child, act: Request["act"]): void {
  child.send({ act } satisfies Request);
}

function openScene(directory: string): Scene {
  const argument = { directory, origin: String(process.hrtime.bigint()) };
  return {
    directory,
    holder: new Child("pause-client", argument),
    contender: new Child("pause-client", argument),
  };
}
