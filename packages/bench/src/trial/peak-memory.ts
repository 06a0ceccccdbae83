import { readFileSync } from "node:fs";

/**
 * The most memory that this process has held, in MiB. Linux passes `maxRSS` on to the processes that one
 * starts (getrusage(2)), so that it would be no less than that of the benchmark itself; the peak of the
 * memory in use now (proc_pid_status(5)) begins with the program.
 */
export function peakMemory(): number {
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(status()) ?? [];
  return (peak === undefined ? process.resourceUsage().maxRSS : Number(peak)) / 1024;
}

/** Empty where there is no Linux. */
function status(): string {
  try {
    return readFileSync("/proc/self/status", "latin1");
  } catch {
    return "";
  }
}
