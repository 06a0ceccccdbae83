import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkSessions,
  damagedProgram,
  type SessionProgram,
  type SessionVerdict,
  sessionProgram,
} from "@baba/core/testing";
import { expect, test } from "vitest";
import * as adapter from "../index.ts";
import { assemble, type DatabaseContext, type Runtime } from "../index.ts";

const seed = Date.now() % 2 ** 31;
console.log(`session-programs.test.ts: seed ${seed}`);

/** On Deno, its package takes this one's place. */
const { nodeRuntime, denoRuntime }: { nodeRuntime?: Runtime; denoRuntime?: Runtime } = adapter;
const runtime = nodeRuntime ?? denoRuntime;

const PROGRAMS = 6;
const DAMAGED = 2;
const STEPS = 40;

/** Plays a program in a new folder; each of its processes has a store of its own. */
async function play(program: SessionProgram): Promise<SessionVerdict> {
  const directory = mkdtempSync(join(tmpdir(), "baba-programs-"));
  const processes = new Map<number, DatabaseContext>();
  try {
    return await checkSessions(program, {
      directory,
      context: (process) => {
        if (runtime === undefined) throw new Error("The package exports no runtime.");
        const context = processes.get(process) ?? assemble(runtime);
        processes.set(process, context);
        return context;
      },
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("section 4: sessions on real files agree with plain maps and serial commits, in random programs", async () => {
  for (let of = seed; of < seed + PROGRAMS; of++)
    expect((await play(sessionProgram(of, STEPS))).calls).toBeGreaterThan(STEPS);
});

test("section 2: a record whose file was damaged is refused, or skipped and logged, in random programs on real files", async () => {
  let played = 0;
  for (let of = seed; played < DAMAGED; of++) {
    const program = damagedProgram(of, STEPS);
    // There must be records to damage; and a passphrase takes its time whenever a process opens the store.
    if (program.filled === 0 || program.protection === "passphrase") continue;
    expect((await play(program)).damaged).toBeGreaterThan(0);
    played++;
  }
});
