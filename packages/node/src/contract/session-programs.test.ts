import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSessions, sessionProgram } from "@baba/core/testing";
import { expect, test } from "vitest";
import * as adapter from "../index.ts";
import { assemble, type DatabaseContext, type Runtime } from "../index.ts";

const seed = Date.now() % 2 ** 31;
console.log(`session-programs.test.ts: seed ${seed}`);

/** On Deno, its package takes this one's place. */
const { nodeRuntime, denoRuntime }: { nodeRuntime?: Runtime; denoRuntime?: Runtime } = adapter;
const runtime = nodeRuntime ?? denoRuntime;

const PROGRAMS = 6;
const STEPS = 40;

/** Plays a program in a new folder; each of its processes has a store of its own. */
async function play(of: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "baba-programs-"));
  const processes = new Map<number, DatabaseContext>();
  try {
    const { calls } = await checkSessions(sessionProgram(of, STEPS), {
      directory,
      context: (process) => {
        if (runtime === undefined) throw new Error("The package exports no runtime.");
        const context = processes.get(process) ?? assemble(runtime);
        processes.set(process, context);
        return context;
      },
    });
    return calls;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("section 4: sessions on real files agree with plain maps and serial commits, in random programs", async () => {
  for (let program = seed; program < seed + PROGRAMS; program++)
    expect(await play(program)).toBeGreaterThan(STEPS);
});
