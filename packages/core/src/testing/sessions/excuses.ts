import type { Upkeep } from "./program.ts";
import { codeOf, isCutOff, type Origin, type Outcome, type Tended, type Trace } from "./trace.ts";

/** A call, or work on the whole store, and the database that it was made of. */
type Made = Origin & { readonly began: number; readonly ended: number; readonly outcome: Outcome };

/** Whether what happened beside a call is a reason for its error. */
export function isExcused(trace: Trace, made: Made): boolean {
  if (isCutOff(made.outcome)) return true;
  switch (codeOf(made.outcome)) {
    case "BABA_LOCKED":
      return trace.hasPauses || isForced(trace, made);
    case "BABA_COMMIT_UNKNOWN":
      return isForced(trace, made);
    case "BABA_SEALED":
      // A database without a key can go on until the store is being sealed.
      return made.isKeyless && sealings(trace).some(({ began }) => began < made.ended);
    case "BABA_NOT_SEALED":
      // One with a key cannot write before that.
      return (
        !made.isKeyless &&
        !trace.isSealed &&
        !sealings(trace).some((sealing) => isDone(sealing) && sealing.ended < made.began)
      );
    case "BABA_KEYRING":
      return isEstranged(trace, made);
    default:
      return false;
  }
}

/**
 * Whether a process may have known a key file neither whose fingerprint nor whose keys are in use any more: that of
 * a store that was still being sealed, if the key was changed and the former one dropped since.
 */
function isEstranged({ upkeep }: Trace, { opened, ended }: Made): boolean {
  const hasMet = (...kinds: readonly Upkeep[]) =>
    upkeep.some((tended) => kinds.includes(tended.upkeep) && tended.began < ended && opened < tended.ended);
  return hasMet("seal") && hasMet("rotateKey") && hasMet("dropRetired");
}

/** Whether the write lock was removed by force while the call's database was open. */
function isForced({ upkeep }: Trace, { opened, ended }: Made): boolean {
  return upkeep.some((tended) => isForce(tended) && tended.began < ended && opened < tended.ended);
}

/**
 * Whether a call may have been made of a holder of the write lock when that was removed: until it is opened again,
 * it reads a commit as if it stood whose outcome is unknown, and may miss what others commit. Its own process may
 * have removed it, while it put earlier commits in place: what is opened there afterwards has a store of its own.
 */
export function isBlind(trace: Trace, made: Made): boolean {
  const { upkeep, units } = trace;
  const commits = units
    .filter(({ process }) => process === made.process)
    .flatMap(({ entries }) =>
      entries.filter(({ call, began }) => call.kind === "commit" && began < made.ended),
    );
  const hasHeld = (force: Tended) => commits.some(({ began }) => began < force.ended);
  const isLost = commits.some(({ outcome }) => codeOf(outcome) === "BABA_COMMIT_UNKNOWN");
  return isForced(trace, made) && (isLost || upkeep.filter(isForce).some(hasHeld));
}

/** The same for work on the whole store: only one who has the key can change how records are sealed. */
export function isUpkeepExcused(trace: Trace, tended: Tended): boolean {
  if (isExcused(trace, tended)) return true;
  const code = codeOf(tended.outcome);
  if (code === "BABA_OPTION") return tended.isKeyless && tended.upkeep !== "verify";
  // A key was changed, or a plain record was added, while the last records were sealed.
  return code === "BABA_CONFLICT" && (tended.upkeep === "dropRetired" || tended.upkeep === "seal");
}

function sealings({ upkeep }: Trace): readonly Tended[] {
  return upkeep.filter((tended) => tended.upkeep === "seal");
}

function isDone({ outcome }: Tended): boolean {
  return codeOf(outcome) === undefined;
}

function isForce({ upkeep }: Tended): boolean {
  return upkeep === "forceUnlock";
}
