import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const PATIENCE = { timeout: 30_000, interval: 20 };

/** How many trials write into this folder; each is told its own in its argument. */
function trialsIn(folder: string): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && argumentsOf(name).includes(folder))
    .length;
}

/** Empty for a process that has ended meanwhile. */
function argumentsOf(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

test.runIf(process.platform === "linux").each([["SIGINT", "SIGINT"], ["SIGTERM"], ["SIGHUP"]] as const)(
  "main.js ends its trial and leaves no file and no mount behind when it gets %s",
  async (...signals) => {
    const folder = mkdtempSync(join(tmpdir(), "baba-stopping-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const words = ["--quick", "--engines", "baba", "--only", "bulk,all,stream,filter"];
    const env = { ...process.env, TMPDIR: folder };
    const main = spawn(process.execPath, [MAIN, ...words], { env, stdio: "ignore" });
    await vi.waitFor(() => expect(trialsIn(folder)).toBeGreaterThan(0), PATIENCE);
    const ended = once(main, "exit");
    for (const signal of signals) main.kill(signal);
    const [status] = await ended;
    expect(status).toBeGreaterThan(128);
    expect(trialsIn(folder)).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain(folder);
  },
);
