import { existsSync, readdirSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { basename } from "node:path";

/** The kernel's numbers for the file systems that a database is likely to be on. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x2fc12fc1, "zfs"],
  [0x01021994, "tmpfs, where a sync costs nothing"],
  [0x794c7630, "overlayfs"],
]);

/** Describes the machine in one sentence; `folder` is on the file system in question. */
export function machine(folder: string): string {
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  return `${cpus().length} × ${processor}, ${process.platform} ${release()}, ${fileSystem(folder)}, Node.js ${process.version}; ${day}`;
}

/** A warning if other work used the processor during the run; the benchmark alone keeps 1.5 cores busy. */
export function otherWork(): string {
  const [, load = 0] = loadavg();
  if (load <= cpus().length + 0.5) return "";
  return `\n\nThe machine did other work at the same time (load average ${load.toFixed(1)}): ratios of small figures are uncertain.`;
}

function fileSystem(folder: string): string {
  const { type } = statfsSync(folder);
  const name = FILE_SYSTEMS.get(type) ?? `file system 0x${type.toString(16)}`;
  const device = basename(deviceOf(realpathSync(folder)) ?? "");
  const details = [
    // Linux lists the ext4 file systems and, separately, the journals of those that have one.
    existsSync(`/proc/fs/ext4/${device}`) && !hasJournal(device) ? "without a journal" : "",
    device.startsWith("loop") ? "in an image mounted by a loop device" : "",
  ].filter((detail) => detail !== "");
  return details.length === 0 ? name : `${name} (${details.join(", ")})`;
}

function hasJournal(device: string): boolean {
  const journals = existsSync("/proc/fs/jbd2") ? readdirSync("/proc/fs/jbd2") : [];
  return journals.some((name) => name.startsWith(`${device}-`));
}

/** The device of the innermost mount that contains the folder, on Linux; see proc_pid_mountinfo(5). */
function deviceOf(folder: string): string | undefined {
  if (!existsSync("/proc/self/mountinfo")) return undefined;
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const [mount = "", source = ""] = line.split(" - ");
      return { point: mount.split(" ")[4] ?? "", source: source.split(" ")[1] };
    })
    .filter(({ point }) => `${folder}/`.startsWith(point.endsWith("/") ? point : `${point}/`));
  return mounts.sort((a, b) => b.point.length - a.point.length)[0]?.source;
}
