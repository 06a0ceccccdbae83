import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FileSystem } from "@baba/core";
import { vi } from "vitest";
import { nodeFileSystem } from "./index.ts";

// Some file systems take half a millisecond for each file, soon after many were removed.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** An adapter, and its root, which does not exist yet. */
export type Adapter = { readonly root: string; readonly files: FileSystem };

/** Makes the changed properties of a program's `fs` what other modules import from it. */
export const PUBLISH_FS: string = process.versions.bun
  ? `(await import("bun:test")).mock.module("node:fs", () => ({ ...fs, default: fs }));`
  : `(await import("node:module")).syncBuiltinESMExports();`;

/** Begins with an adapter of a new root. */
export async function begin(): Promise<Adapter> {
  const root = join(await mkdtemp(join(tmpdir(), "baba-")), "root");
  return { root, files: nodeFileSystem(root) };
}

/** Closes the adapter, and removes all that it has left behind. */
export async function end({ root, files }: Adapter): Promise<void> {
  await files.close();
  await rm(join(root, ".."), { recursive: true });
}

/** Runs a program, with `files` an adapter of the root, in a process of its own; gives its output. The text `before` runs before the adapter is imported, `shell` before the process is started. */
export async function program(root: string, text: string, before = "", shell = ""): Promise<string> {
  const module = new URL("../../dist/index.js", import.meta.url).href;
  const start = `${before}
    const { nodeFileSystem } = await import(${JSON.stringify(module)});
    const files = nodeFileSystem(${JSON.stringify(root)});
    ${text}`;
  const script = join(root, "..", "program.mjs");
  await writeFile(script, start);
  const { stdout } = await promisify(execFile)("/bin/sh", [
    "-c",
    `${shell}exec "$0" "$1"`,
    process.execPath,
    script,
  ]);
  return stdout;
}
