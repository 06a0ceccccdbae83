import { statfsSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";

/** The kernel's numbers for file systems on which a database is likely to lie. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x2fc12fc1, "zfs"],
  [0x01021994, "tmpfs, where a sync costs nothing"],
  [0x794c7630, "overlayfs"],
]);

/** What the figures were measured on, in one sentence; `folder` lies on the file system in question. */
export function machine(folder: string): string {
  const { type } = statfsSync(folder);
  const fileSystem = FILE_SYSTEMS.get(type) ?? `file system 0x${type.toString(16)}`;
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  return `${cpus().length} × ${processor}, ${process.platform} ${release()}, ${fileSystem}, Node.js ${process.version}; ${day}`;
}

/** A warning where other work had the processor during the run; this benchmark alone keeps one and a half at work. */
export function otherWork(): string {
  const [, load = 0] = loadavg();
  if (load <= cpus().length + 0.5) return "";
  return `\n\nThe machine did other work at the same time (load average ${load.toFixed(1)}): ratios of small figures are uncertain.`;
}
