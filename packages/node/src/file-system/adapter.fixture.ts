import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FileSystem } from "@baba/core";
import { vi } from "vitest";
import { nodeFileSystem } from "./index.ts";

// Some file systems take half a millisecond per file soon after many were removed.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** An adapter and its root, which does not exist yet. */
export type Adapter = { readonly root: string; readonly files: FileSystem };

/** Makes changed properties of a program's `fs` visible to other modules that import it. */
export const PUBLISH_FS: string = process.versions.bun
  ? `(await import("bun:test")).mock.module("node:fs", () => ({ ...fs, default: fs }));`
  : `(await import("node:module")).syncBuiltinESMExports();`;

/** Starts with an adapter of a new root. */
export async function begin(): Promise<Adapter> {
  const root = join(await mkdtemp(join(tmpdir(), "baba-")), "root");
  return { root, files: nodeFileSystem(root) };
}

/** Closes the adapter and removes everything it left behind. */
export async function end({ root, files }: Adapter): Promise<void> {
  await files.close();
  await rm(join(root, ".."), { recursive: true });
}

/**
 * Runs a program, with `files` an adapter of the root, in its own process; returns its output. `before` is
 * code that runs before the adapter is imported, `shell` runs before the process is started.
 */
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
