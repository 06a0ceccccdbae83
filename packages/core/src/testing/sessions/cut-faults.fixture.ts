import type { FileSystem, Move } from "../../file-system/file-system.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { assemble } from "../../session/database/assemble.ts";
import { LOSSES, replacing } from "./session-faults.fixture.ts";
import type { WorldPlan } from "./session-world.ts";

/** How many processes there are before any has ended. */
const FIRST = 3;

/** What a power cut must not take with it, or recovery not do; each for a world of its own. */
export const CUT_FAULTS: Readonly<Record<string, () => Pick<WorldPlan, "loss" | "assembled">>> = {
  "a power cut takes the journal with it": () => ({ loss: LOSSES["the journal"] ?? nothing }),
  "a power cut takes a record with it": () => ({ loss: LOSSES["a record"] ?? nothing }),
  "a commit is acknowledged before it is synced": () => ({
    assembled: (runtime) => assemble(withFiles(runtime, () => ({ sync: nothing }))),
  }),
  "new files are not synced in their folders": () => ({
    assembled: (runtime) => assemble(withFiles(runtime, () => ({ syncFolders: nothing }))),
  }),
  "a process that recovers keeps half of a commit": () => {
    let begun = 0;
    return { assembled: (runtime) => assemble(++begun > FIRST ? withFiles(runtime, placingHalf) : runtime) };
  },
};

async function nothing(): Promise<void> {}

/** The first files that are put in place are put there by half. */
function placingHalf(files: FileSystem): { rename(moves: readonly Move[]): Promise<void> } {
  let isDone = false;
  return {
    rename: (moves) => {
      const isHalf = !isDone && moves.length > 1;
      isDone ||= isHalf;
      return files.rename(isHalf ? moves.slice(1) : moves);
    },
  };
}

function withFiles(
  runtime: Runtime,
  calls: (files: FileSystem) => Parameters<typeof replacing<FileSystem>>[1],
): Runtime {
  return {
    ...runtime,
    fileSystem: (...of) => {
      const files = runtime.fileSystem(...of);
      return replacing(files, calls(files));
    },
  };
}
